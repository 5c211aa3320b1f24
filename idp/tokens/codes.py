"""Authorization codes: one use, by one atomic step (RFC 6749 §4.1.2, RFC 9700 §4.5).

issued ── take ──▶ used ── take ──▶ replayed: the grant is dead, also when its tokens
   └── 60 s ──▶ gone                are being made at this very moment
"""

from dataclasses import dataclass, field, fields
from typing import Any

import orjson

from idp import settings
from idp.base.errors import Rejected
from idp.base.secret import b64url, b64url_decode, digest, random_token
from idp.store.once import Mark
from idp.store.redis import Script

#: How long a used code is remembered, so that its replay kills what it gave.
_REMEMBERED = 3600

_TAKE = Script("""
local value = redis.pcall('GET', KEYS[1])
if type(value) ~= 'string' then return {0} end
if value == 'used' or value == 'replayed' then
  redis.call('SET', KEYS[1], 'replayed', 'KEEPTTL')
  redis.call('DEL', KEYS[2])
  return {2}
end
redis.call('SET', KEYS[1], 'used', 'EX', ARGV[1])
return {1, value}
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a person allowed one portal, and how surely the person was there."""

    id: str
    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    nonce: str | None
    challenge: str
    person_id: str
    organization_id: str | None
    session_id: str
    auth_time: int
    amr: tuple[str, ...]
    ial: int
    aal: int
    offline: bool
    granted_at: int
    """Microseconds since the epoch, so that a withdrawal and a new consent never fall together."""
    dpop_jkt: str = ""
    """The key that alone may redeem the code (RFC 9449 §10)."""
    cnf: str = ""
    """The key its tokens are bound to, as ``jkt:…`` or ``x5t#S256:…`` (RFC 7800 §3)."""
    resources: tuple[str, ...] = ()
    """Resource indicators the person agreed to (RFC 8707)."""
    authorization_details: tuple[dict[str, Any], ...] = ()
    """What in particular the person agreed to (RFC 9396)."""
    need: dict[str, str] = field(default_factory=dict)
    """What restricted data is for, ``purpose`` and ``item_code`` (``idp.oidc.need``)."""
    claims: dict[str, Any] = field(default_factory=dict)
    """The claims parameter as it was judged (OIDC Core §5.5)."""

    def record(self) -> list[Any]:
        """The values in the order of the fields: the form that is stored and sealed."""
        return [getattr(self, name) for name in _FIELDS]

    @classmethod
    def of_record(cls, values: list[Any]) -> "Grant":
        """The grant of a record."""
        made = dict(zip(_FIELDS, values, strict=True))
        for name in ("scopes", "amr", "resources", "authorization_details"):
            made[name] = tuple(made[name])
        return cls(**made)


_FIELDS = tuple(one.name for one in fields(Grant))


def new_code() -> tuple[str, str]:
    """A fresh code and the id of the grant it stands for."""
    code = random_token()
    return code, grant_id(code)


def grant_id(code: str) -> str:
    """The grant a code stands for: the first 16 bytes of its digest."""
    return b64url(b64url_decode(digest(code))[:16])


def code_key(grant: str) -> str:
    """The Redis key of a grant's code."""
    return f"code:{{{grant}}}"


def grant_key(grant: str) -> str:
    """The Redis key of a grant; in the slot of its code."""
    return f"g:{{{grant}}}"


def issue_code(grant: Grant) -> tuple[Any, ...]:
    """The command that stores a grant until its code is redeemed."""
    return ("SET", code_key(grant.id), orjson.dumps(grant.record()), "EX", settings.current().code_lifetime)


def take_code(code: str, mark: Mark | None = None) -> Grant:
    """Spend a code, before anything else is judged; raises ``invalid_grant``.

    A stolen code shown with a wrong proof is spent by that; the price is that its owner logs in again.
    The ``mark`` of a proof shown beside it goes in the same packet.
    """
    grant = grant_id(code)
    keys = (code_key(grant), grant_key(grant))
    if mark is None:
        reply = _TAKE.run(keys, (_REMEMBERED,))
    else:
        reply, *replies = _TAKE.run(keys, (_REMEMBERED,), *mark.commands)
        mark.hear(replies)
    if reply[0] == 2:
        raise Rejected("invalid_grant", "the code was used before", why="code.reuse")
    if reply[0] == 0:
        raise Rejected("invalid_grant", "the code is unknown or has expired", why="code unknown")
    return _grant(reply[1])


def _grant(value: bytes) -> Grant:
    try:
        return Grant.of_record(orjson.loads(value))
    except (ValueError, TypeError) as error:
        raise Rejected("invalid_grant", "the code is unknown or has expired", why="foreign data") from error
