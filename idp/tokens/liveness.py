"""Whether a token is alive: its grant, its session and its portal's consent are (one trip).

Signature and times are judged before (``mint.read_access_token``). All marks fail closed: what is not
found in Redis is dead, and a client's own token is dead when it is older than the marks are kept.
"""

from typing import Any

from idp import settings
from idp.base.clock import now, now_us
from idp.store import once, redis
from idp.store.db import fetch_one
from idp.tokens import queries
from idp.tokens.codes import grant_key
from idp.tokens.handle import CLIENT, OFFLINE, Handle

_REVOKED = "revoked-jti"


def gone_key(person_id: str, client_id: str) -> str:
    """Where it stands since when a person's grants to a portal are void."""
    return f"gone:{{{person_id}:{client_id}}}"


def alive(handle: Handle, client_id: str, jti: str, mark: once.Mark | None = None) -> bool:
    """Whether the token with this handle may still be used; the mark of a proof goes in the same packet."""
    look = once.look(_REVOKED, jti) if handle.kind == CLIENT else liveness_commands(handle, client_id)
    replies = redis.pipeline(*look, *(mark.commands if mark else ()))
    if mark:
        mark.hear(replies[len(look) :])
    if handle.kind == CLIENT:
        return _client_token_alive(handle, *replies[:2])
    grant, session, gone = replies[:3]
    if voided(gone, handle.granted_at):
        return False
    if handle.kind == OFFLINE:
        return grant is not None or fetch_one(queries.living_family(handle.grant)) is not None
    return grant is not None and session == 1


def liveness_commands(handle: Handle, client_id: str) -> list[tuple[Any, ...]]:
    """The reads that decide, for a packet of one's own."""
    return [
        ("GET", grant_key(handle.grant)),
        *bonds(handle.session or "", handle.person or "", handle.origin or client_id),
    ]


def bonds(session_id: str, person_id: str, client_id: str) -> list[tuple[Any, ...]]:
    """The reads that tell whether a grant's session and its portal's consent are still there."""
    return [("EXISTS", f"s:{{{session_id}}}"), ("GET", gone_key(person_id, client_id))]


def voided(mark: bytes | None, granted_at: int) -> bool:
    """Whether a mark of ``gone_key`` ends a grant of that moment; an unreadable one does."""
    return mark is not None and not (mark.isdigit() and int(mark) < granted_at)


def kill_grant(*grants: str) -> None:
    """End grants bound to a session: their refresh tokens and access tokens are dead."""
    redis.pipeline(*(("DEL", grant_key(grant)) for grant in grants))


def void_grants(person_id: str, client_id: str) -> None:
    """End all a person's grants to a portal that were given until now."""
    redis.call(
        "SET", gone_key(person_id, client_id), now_us(), "EX", settings.current().offline_refresh_lifetime
    )


def revoke_access(handle: Handle, jti: str, expires_at: int) -> None:
    """Revoke one access token: a portal's by its grant (RFC 7009 §2.1), a client's own by a mark."""
    if handle.kind == CLIENT:
        once.first_time(_REVOKED, jti, max(expires_at - now(), 1))
    else:
        kill_grant(handle.grant)


def _client_token_alive(handle: Handle, epoch: bytes | None, revoked: bytes | None) -> bool:
    kept = epoch is not None and epoch.isdigit() and handle.granted_at >= int(epoch) * 1_000_000
    return revoked is None and kept
