"""Requests in Redis, each decided once and redeemed once, by one atomic step each.

    approval:{id}           the request and what became of it: one hash
    user-code:{tag}         which request a device's code stands for
    approvals-of:{person}   backchannel requests that wait for a person, by the moment they end

The id is the digest of the device code or ``auth_req_id``: what Redis holds redeems nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import orjson

from idp import settings
from idp.approvals import user_code
from idp.approvals.approval import BACKCHANNEL, DEVICE, Approval, Kind
from idp.base.clock import now
from idp.base.errors import Rejected, Unavailable
from idp.base.secret import digest, random_token
from idp.store import redis
from idp.store.redis import Script
from idp.tokens import Grant

#: Seconds a request is remembered after its end, so that a late poll hears how it ended.
_REMEMBERED = 600
#: RFC 8628 §3.5: each ``slow_down`` lengthens the interval by so much.
_SLOWER = 5
_SLOWEST = 60
#: Of so many random codes in a row one is free, or something else is wrong.
_TRIES = 5
#: Requests that wait for one person at one time, of different portals (attack book G21).
MOST_WAITING = 3

#: ARGV: owner, now, slower, slowest. A poll of somebody else changes nothing.
_POLL = Script("""
local kept = redis.pcall('HMGET', KEYS[1], 'owner', 'state', 'ends', 'next', 'interval', 'grant')
if kept.err or not kept[1] then return {'unknown'} end
if kept[1] ~= ARGV[1] then return {'foreign'} end
local now, state = tonumber(ARGV[2]), kept[2]
if state == 'denied' or state == 'taken' then return {state} end
if now >= (tonumber(kept[3]) or 0) then return {'expired'} end
if state == 'approved' then
  redis.call('HSET', KEYS[1], 'state', 'taken')
  redis.call('HDEL', KEYS[1], 'grant')
  return {'approved', kept[6]}
end
local interval, early = tonumber(kept[5]), now < tonumber(kept[4])
if early then
  interval = math.min(interval + tonumber(ARGV[3]), tonumber(ARGV[4]))
  redis.call('HSET', KEYS[1], 'interval', interval)
end
redis.call('HSET', KEYS[1], 'next', now + interval)
return {early and 'slow_down' or 'pending'}
""")

#: ARGV: state, grant, now, the least time left to redeem it. 1 when this decision is the first.
_DECIDE = Script("""
local kept = redis.pcall('HMGET', KEYS[1], 'state', 'ends')
if kept.err or kept[1] ~= 'pending' or tonumber(ARGV[3]) >= (tonumber(kept[2]) or 0) then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[1], 'grant', ARGV[2],
           'ends', math.max(tonumber(kept[2]), tonumber(ARGV[3]) + tonumber(ARGV[4])))
return 1
""")


class Started(NamedTuple):
    """A request that now waits, and the secret its client polls with."""

    secret: str
    approval: Approval


def start(request: Approval, *, secret: str = "", with_code: bool = False) -> Started:
    """Keep a request, under a fresh secret, with a fresh user code when a device is to show one."""
    secret = secret or random_token()
    code = _free_code(digest(secret), request.expires_at - request.started) if with_code else ""
    approval = replace(request, id=digest(secret), user_code=code)
    fields: dict[str, Any] = {
        "owner": _owner(approval.kind, approval.client_id),
        "state": "pending",
        "ends": approval.expires_at,
        "interval": settings.current().approval_interval,
        "next": 0,
        "request": orjson.dumps(approval.as_json()),
    }
    key, kept = _key(approval.id), approval.expires_at - approval.started + _REMEMBERED
    redis.pipeline(("HSET", key, *(part for pair in fields.items() for part in pair)), ("EXPIRE", key, kept))
    return Started(secret, approval)


def find(approval_id: str) -> Approval | None:
    """The request of an id, as long as it waits for a decision."""
    reply = redis.call("HGETALL", _key(approval_id)) or ()
    kept = dict(zip(reply[::2], reply[1::2], strict=True))
    try:
        if kept[b"state"] != b"pending" or now() >= int(kept[b"ends"]):
            return None
        return Approval.from_json(orjson.loads(kept[b"request"]))
    except (KeyError, ValueError, TypeError):
        # Absent, or foreign data under a key of ours.
        return None


def by_user_code(text: str) -> Approval | None:
    """The request a typed code stands for, as long as it waits."""
    code = user_code.read(text)
    found = redis.call("GET", _code_key(code)) if code else None
    return find(found.decode("ascii", "replace")) if found else None


def take(secret: str, kind: Kind, client_id: str) -> Grant:
    """What a person allowed, once, for the client that asked; raises what the poll is answered otherwise."""
    arguments = (_owner(kind, client_id), now(), _SLOWER, _SLOWEST)
    state, *rest = _POLL.run((_key(digest(secret)),), arguments)
    if state == b"approved":
        return Grant.of_record(orjson.loads(rest[0]))
    raise _ANSWERS[state](_SECRETS[kind])


def approve(approval_id: str, grant: Grant) -> bool:
    """Let the next poll have this grant; ``False`` when the request was decided before or has ended."""
    return _decide(approval_id, "approved", orjson.dumps(grant.record()))


def deny(approval_id: str) -> bool:
    """Let polls hear that the person refused; ``False`` when the request was decided before or has ended."""
    return _decide(approval_id, "denied", b"")


def show_to(approval: Approval, person_id: str) -> bool:
    """Put a request before a person; a newer one of the same portal takes the place of the older.

    ``False`` when so many portals wait for the person already. The portal sees no difference.
    """
    waiting = of_person(person_id)
    replaced = [one.id for one in waiting if one.client_id == approval.client_id and one.id != approval.id]
    if len(waiting) - len(replaced) >= MOST_WAITING:
        return False
    key = _person_key(person_id)
    gone = [("ZREM", key, *replaced)] if replaced else []
    redis.pipeline(
        *gone,
        ("ZREMRANGEBYSCORE", key, 0, now()),
        ("ZADD", key, approval.expires_at, approval.id),
        ("EXPIRE", key, settings.current().backchannel_longest),
    )
    return True


def of_person(person_id: str) -> list[Approval]:
    """Backchannel requests that wait for a person, the one that ends first at the top."""
    ids = redis.call("ZRANGE", _person_key(person_id), 0, -1) or ()
    return [approval for one in ids if (approval := find(one.decode()))]


def waits_for(approval_id: str, person_id: str) -> bool:
    """Whether a backchannel request is one that was put before this person."""
    return redis.call("ZSCORE", _person_key(person_id), approval_id) is not None


def _decide(approval_id: str, state: str, grant: bytes) -> bool:
    arguments = (state, grant, now(), settings.current().code_lifetime)
    return bool(_DECIDE.run((_key(approval_id),), arguments))


def _free_code(approval_id: str, lifetime: int) -> str:
    for _ in range(_TRIES):
        code = user_code.new()
        if redis.call("SET", _code_key(code), approval_id, "NX", "EX", lifetime):
            return code
    raise Unavailable("no free user code")


def _owner(kind: Kind, client_id: str) -> str:
    """A device code is no ``auth_req_id``, and another client's is neither."""
    return f"{kind}|{client_id}"


def _key(approval_id: str) -> str:
    return f"approval:{{{approval_id}}}"


def _code_key(code: str) -> str:
    return f"user-code:{{{user_code.tag(code)}}}"


def _person_key(person_id: str) -> str:
    return f"approvals-of:{{{person_id}}}"


#: What a poll shows, by the name it has there.
_SECRETS: dict[Kind, str] = {DEVICE: "device_code", BACKCHANNEL: "auth_req_id"}
#: How a poll is answered that gets no tokens (RFC 8628 §3.5, CIBA Core §11).
_ANSWERS: dict[bytes, Callable[[str], Rejected]] = {
    b"unknown": lambda shown: Rejected("invalid_grant", f"the {shown} is unknown", why="code unknown"),
    b"foreign": lambda shown: Rejected(
        "invalid_grant", f"the {shown} was issued to another client", why="client_mismatch"
    ),
    b"taken": lambda shown: Rejected("invalid_grant", f"the {shown} was used before", why="used before"),
    b"denied": lambda _: Rejected("access_denied", "the user did not agree"),
    b"expired": lambda _: Rejected("expired_token", "the request has expired"),
    b"pending": lambda _: Rejected("authorization_pending", "the user has not decided yet"),
    b"slow_down": lambda _: Rejected("slow_down", "poll less often, 5 seconds more each time"),
}
