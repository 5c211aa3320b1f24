"""Sessions in Redis.

One hash a session, ``s:{id}``: the digest of the cookie's secret half, the core record, the moment of last
use, and one field a participant, so that parallel tabs entering different portals never overwrite each
other. The record lives to the absolute limit; the idle limit is judged when a browser shows its cookie.
"""

import secrets
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import orjson

from idp import settings
from idp.base.clock import now
from idp.base.errors import Rejected
from idp.base.secret import b64url, digest, random_token, same
from idp.sessions.session import Participant, Session
from idp.store import redis
from idp.store.redis import Script

#: The moment of last use is written at most so often.
_TOUCH_EVERY = 60

#: Fields are set only in a record that is there: a late write must not bring back a session that was ended,
#: for tokens live as long as the record's key does.
_SET = Script("""
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if #ARGV > 0 then redis.call('HSET', KEYS[1], unpack(ARGV)) end
return 1
""")

#: A session that another one lets in begins only while that one is there, and is in the person's list from
#: its first moment: whoever ends all finds it. KEYS: the other, its own, the list. ARGV: id, created, end,
#: lifetime of the list, fields.
_BRANCH = Script("""
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[2], unpack(ARGV, 5))
redis.call('EXPIREAT', KEYS[2], ARGV[3])
redis.call('ZADD', KEYS[3], ARGV[2], ARGV[1])
redis.call('EXPIRE', KEYS[3], ARGV[4])
return 1
""")

#: A session ends only when nobody was entered whom the caller does not know of; they are named instead.
_END = Script("""
local known, late = {}, {}
for _, field in ipairs(ARGV) do known[field] = true end
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 2) == 'c:' and not known[field] then late[#late + 1] = string.sub(field, 3) end
end
if #late == 0 then redis.call('DEL', KEYS[1]) end
return late
""")


def key(session_id: str) -> str:
    """The Redis key of a session."""
    return f"s:{{{session_id}}}"


def _index(person_id: str) -> str:
    return f"ps:{{{person_id}}}"


def find(cookie: str | None, *, idle: bool = True) -> Session | None:
    """The live session a cookie opens, or ``None``; one trip.

    ``idle=False`` also finds a session that was unused too long, to continue it after a new login.
    """
    return found(cookie, *redis.pipeline(*asking), idle=idle) if (asking := find_commands(cookie)) else None


def find_commands(cookie: str | None) -> tuple[tuple[Any, ...], ...]:
    """The command that reads a cookie's session, to be sent together with others; none if it is no cookie."""
    session_id, _, secret = (cookie or "").partition(".")
    well_formed = secret and len(session_id) == 22 and len(secret) == 43
    return (("HGETALL", key(session_id)),) if well_formed else ()


def found(cookie: str | None, reply: Any = None, *, idle: bool = True) -> Session | None:
    """The live session of a cookie, by what was read."""
    session_id, _, secret = (cookie or "").partition(".")
    fields = _fields(reply)
    if not same(fields.get("k", b"").decode("ascii", "replace"), digest(secret)):
        return None
    session = _session(session_id, fields)
    limits = settings.current()
    if session is None or now() - session.created_at >= limits.session_absolute:
        return None
    if idle and now() - session.seen_at >= limits.session_idle:
        return None
    return session


def start(
    person_id: str, ial: int, methods: tuple[str, ...], *, address: str, agent: str
) -> tuple[str, Session]:
    """Begin a session after a login: a fresh id and a fresh cookie value (session fixation, K01)."""
    moment = now()
    session = Session(
        id=b64url(secrets.token_bytes(16)),
        person_id=person_id,
        ial=ial,
        created_at=moment,
        seen_at=moment,
        authentications=tuple((method, moment) for method in methods),
        participants={},
        address=address,
        agent=agent[:200],
    )
    secret = random_token()
    _begin(session, secret)
    return f"{session.id}.{secret}", session


def branch(
    session: Session, client_id: str, participant: Participant, *, address: str, lifetime: int
) -> Session:
    """Begin a session of its own for a place this one lets in: a device, a portal's desk.

    It knows the person as surely as this one does, since the same moments, and lives ``lifetime`` seconds.
    Nobody holds a cookie of it: it can be used by its portal, seen and ended by the person, and grow into
    nothing else. Raises ``AUTH-007`` when the session was ended meanwhile.
    """
    moment = now()
    made = replace(
        session,
        id=b64url(secrets.token_bytes(16)),
        created_at=moment,
        seen_at=moment,
        participants={client_id: participant},
        address=address,
        agent="",
        portal=client_id,
    )
    longest = settings.current().session_absolute
    entered = (f"c:{client_id}", _participant_json(participant))
    fields = (*_fields_of(made, random_token()), *entered)
    if not _BRANCH.run(
        (key(session.id), key(made.id), _index(made.person_id)),
        (made.id, moment, moment + min(lifetime, longest), longest, *fields),
    ):
        raise _ended()
    return made


def _begin(session: Session, secret: str) -> None:
    index, limits = _index(session.person_id), settings.current()
    redis.pipeline(
        ("HSET", key(session.id), *_fields_of(session, secret)),
        ("EXPIREAT", key(session.id), session.created_at + limits.session_absolute),
        ("ZADD", index, session.created_at, session.id),
        ("ZREMRANGEBYSCORE", index, 0, session.created_at - limits.session_absolute),
        ("EXPIRE", index, limits.session_absolute),
    )


def strengthen(session: Session, methods: tuple[str, ...], *, ial: int | None = None) -> tuple[str, Session]:
    """Add factors just shown to a session and change its cookie value; portals entered stay entered.

    Raises ``AUTH-007`` when the session was ended meanwhile.
    """
    moment = now()
    kept = tuple(entry for entry in session.authentications if entry[0] not in methods)
    stronger = Session(
        id=session.id,
        person_id=session.person_id,
        ial=session.ial if ial is None else ial,
        created_at=session.created_at,
        seen_at=moment,
        authentications=(*kept, *((method, moment) for method in methods)),
        participants=session.participants,
        address=session.address,
        agent=session.agent,
    )
    secret = random_token()
    if not _SET.run((key(session.id),), _fields_of(stronger, secret)):
        raise _ended()
    return f"{session.id}.{secret}", stronger


def _ended() -> Rejected:
    return Rejected("AUTH-007", why="the session was ended meanwhile", status=403)


def enter(session: Session, client_id: str, participant: Participant, *others: tuple[Any, ...]) -> bool:
    """Record a portal's entry and the moment of use, with ``others`` in the same packet.

    False when the session was ended meanwhile. A re-entry in which nothing has changed writes nothing.
    """
    changes: list[Any] = []
    known = session.participants.get(client_id)
    if known is None or (known.consent, known.scopes, known.organization) != (
        participant.consent,
        participant.scopes,
        participant.organization,
    ):
        changes += [f"c:{client_id}", _participant_json(participant)]
    if now() - session.seen_at >= _TOUCH_EVERY:
        changes += ["u", now()]
    reply, *_ = _SET.run((key(session.id),), changes, *others, ("PING",))
    return bool(reply)


def touch(session: Session) -> None:
    """Note that the session is in use, on a page that enters no portal."""
    if now() - session.seen_at >= _TOUCH_EVERY:
        _SET.run((key(session.id),), ("u", now()))


def of_person(person_id: str) -> list[Session]:
    """All live sessions of a person, newest first."""
    ids = [member.decode() for member in redis.call("ZRANGE", _index(person_id), 0, -1) or ()]
    if not ids:
        return []
    replies = redis.pipeline(*(("HGETALL", key(session_id)) for session_id in ids))
    found = [_session(sid, _fields(reply)) for sid, reply in zip(ids, replies, strict=True)]
    gone = [sid for sid, session in zip(ids, found, strict=True) if session is None]
    if gone:
        redis.call("ZREM", _index(person_id), *gone)
    return sorted((s for s in found if s), key=lambda session: session.created_at, reverse=True)


def end(session: Session) -> None:
    """End a session, whoever was entered; every token bound to it is dead from now on."""
    redis.pipeline(("DEL", key(session.id)), ("ZREM", _index(session.person_id), session.id))


def end_if_told(session: Session, told: Collection[str]) -> frozenset[str]:
    """End a session in which nobody but these portals was entered; else those that were, and it goes on."""
    late = _END.run((key(session.id),), [f"c:{client_id}" for client_id in told])
    if not late:
        redis.call("ZREM", _index(session.person_id), session.id)
    return frozenset(client_id.decode() for client_id in late)


def end_branch(session_id: str, client_id: str) -> None:
    """End the session a portal was let in with, if this is one: without its tokens nobody could use it."""
    session = _session(session_id, _fields(redis.call("HGETALL", key(session_id))))
    if session is not None and session.portal == client_id:
        end(session)


def forget_participant(person_id: str, client_id: str) -> None:
    """Make a portal a stranger again in all sessions of a person, so that consent is asked anew."""
    sessions = of_person(person_id)
    if sessions:
        redis.pipeline(*(("HDEL", key(session.id), f"c:{client_id}") for session in sessions))


def _fields_of(session: Session, secret: str) -> tuple[Any, ...]:
    core = {
        "p": session.person_id,
        "i": session.ial,
        "c": session.created_at,
        "a": session.authentications,
        "ad": session.address,
        "ag": session.agent,
    } | ({"po": session.portal} if session.portal else {})
    return ("k", digest(secret), "d", orjson.dumps(core), "u", session.seen_at)


def _fields(reply: Any) -> dict[str, bytes]:
    if not isinstance(reply, list):
        return {}
    return {reply[n].decode("utf-8", "replace"): reply[n + 1] for n in range(0, len(reply), 2)}


def _session(session_id: str, fields: dict[str, bytes]) -> Session | None:
    try:
        core = orjson.loads(fields["d"])
        participants = {
            name[2:]: _participant(value) for name, value in fields.items() if name.startswith("c:")
        }
        return Session(
            id=session_id,
            person_id=core["p"],
            ial=core["i"],
            created_at=core["c"],
            seen_at=int(fields["u"]),
            authentications=tuple((method, moment) for method, moment in core["a"]),
            participants=participants,
            address=core["ad"],
            agent=core["ag"],
            portal=core.get("po", ""),
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def _participant_json(participant: Participant) -> bytes:
    return orjson.dumps(
        [participant.since, participant.consent, participant.scopes, participant.organization]
    )


def _participant(value: bytes) -> Participant:
    since, consent, scopes, organization = orjson.loads(value)
    return Participant(since=since, consent=consent, scopes=tuple(scopes), organization=organization)
