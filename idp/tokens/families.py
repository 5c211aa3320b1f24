"""Refresh-token families bound to a session (RFC 9700 §4.14.2: rotation with reuse detection).

A refresh token is a sealed box: it carries its grant and its generation, so a forged, foreign or too wide
one is refused without a trip. Redis keeps one number a family, the generation that is valid now; comparing
and advancing it is one script. Showing an older generation kills the family.
"""

from dataclasses import dataclass, replace
from typing import Any

import orjson

from idp import keyring
from idp.base.errors import Rejected
from idp.keyring import usage
from idp.store import redis
from idp.store.redis import Script
from idp.tokens import liveness
from idp.tokens.codes import Grant, code_key, grant_key

#: A grant with the largest details and claims that checks admit is sealed into less.
_LONGEST = 16_384

_BEGIN = Script("""
if redis.pcall('GET', KEYS[1]) == 'replayed' then return 0 end
redis.call('SET', KEYS[2], '1', 'EX', ARGV[1])
return 1
""")

_ADVANCE = Script("""
local current = redis.pcall('GET', KEYS[1])
if type(current) ~= 'string' then return 0 end
if current ~= ARGV[1] then
  redis.call('DEL', KEYS[1])
  return 2
end
redis.call('INCR', KEYS[1])
return 1
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """One generation of a family."""

    grant: Grant
    generation: int
    expires_at: int

    def seal(self) -> str:
        """The token as the portal gets it: indistinguishable from random."""
        grant = replace(self.grant, nonce=None, challenge="", redirect_uri="", dpop_jkt="")
        return keyring.seal_token(orjson.dumps(["rt", self.generation, self.expires_at, *grant.record()]))

    @classmethod
    def open(cls, text: str) -> "RefreshToken":
        """Read a token we made; raises ``invalid_grant`` for anything else."""
        plain = keyring.open_token(text) if len(text) < _LONGEST else None
        if plain is None or not plain.startswith(b'["rt",'):
            raise Rejected(
                "invalid_grant", "the refresh token is not valid", why="not a refresh token of ours"
            )
        _, generation, expires_at, *grant = orjson.loads(plain)
        token = cls(grant=Grant.of_record(grant), generation=generation, expires_at=expires_at)
        usage.met(keyring.old_sealer(text), token.grant.client_id, "refresh_token")
        return token


def begin(grant: Grant, lifetime: int) -> None:
    """Make a grant alive.

    Raises ``invalid_grant`` if its code was replayed in the meantime, or its session or consent ended.
    """
    keys = (code_key(grant.id), grant_key(grant.id))
    bonds = liveness.bonds(grant.session_id, grant.person_id, grant.client_id)
    reply, session, gone = _BEGIN.run(keys, (max(lifetime, 1),), *bonds)
    if reply != 1:
        raise Rejected("invalid_grant", "the code was used before", why="code.reuse")
    if session != 1 or liveness.voided(gone, grant.granted_at):
        raise Rejected("invalid_grant", "the session or the consent behind the code has ended")


def hold(token: RefreshToken, *others: tuple[Any, ...]) -> list[Any]:
    """Leave a generation good, where its sender is constrained; the replies of ``others``, as ``advance``."""
    current, *replies = redis.pipeline(("GET", grant_key(token.grant.id)), *others)
    if current is None:
        raise Rejected("invalid_grant", "the refresh token is no longer valid", why="family is dead")
    if current != str(token.generation).encode():
        liveness.kill_grant(token.grant.id)
        raise Rejected("invalid_grant", "the refresh token was used before", why="refresh.reuse")
    return replies


def advance(token: RefreshToken, *others: tuple[Any, ...]) -> list[Any]:
    """Use up a generation; the replies of ``others``, sent in the same packet.

    Raises ``invalid_grant`` for a dead family and, after killing it, for a generation used before.
    """
    reply, *rest = _ADVANCE.run((grant_key(token.grant.id),), (token.generation,), *others, ("PING",))
    if reply == 2:
        raise Rejected("invalid_grant", "the refresh token was used before", why="refresh.reuse")
    if reply != 1:
        raise Rejected("invalid_grant", "the refresh token is no longer valid", why="family is dead")
    replies: list[Any] = rest[:-1]
    return replies
