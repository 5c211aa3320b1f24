"""Reads of the record, and the tables as the statements of this package see them."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Subquery,
    TableClause,
    Text,
    column,
    exists,
    func,
    literal_column,
    select,
    table,
)

from idp.audit import months
from idp.audit.event import MEMBERS, OPTIONAL, Event
from idp.audit.months import Month
from idp.audit.roots import Root
from idp.store import db


def _table(name: str, *columns: str) -> TableClause:
    return table(name, *(column(each, BigInteger() if each in _NUMBERS else Text()) for each in columns))


_NUMBERS = (
    "attempts",
    "began_at",
    "count",
    "delivered_at",
    "ended_at",
    "next_at",
    "number",
    "seen_at",
    "seq",
    "time",
)
EVENTS = _table("audit_event", *MEMBERS)
CHAIN = _table("audit_chain", "seq", "event_id", "previous", "hash")
UNSEALED = _table("audit_unsealed", "event_id", "time")
ROOTS = _table("audit_root", "number", "seq", "hash", "time", "jws", "key")
ALARMS = _table(
    "audit_alarm", "id", "kind", "subject", "open", "count", "began_at", "seen_at", "ended_at", "division",
    "department",
)  # fmt: skip
STREAMS = _table("audit_stream", "sink", "seq", "attempts", "next_at", "outcome", "delivered_at")

_WALK = 1000
#: Rows that one statement may pass over; a statement has three seconds.
_PIECE = 20_000


def event_of(found: Sequence[Any]) -> Event:
    """The event of the columns of ``audit_event``."""
    members = dict(zip(MEMBERS, found, strict=True))
    return Event(**members | {name: members[name] or "" for name in OPTIONAL})


def events(
    *, kind: str = "", person: str = "", client: str = "", request: str = "", since: int = 0, limit: int = 50
) -> list[Event]:
    """The newest events of a kind, person, client or request since a moment (µs), newest first."""
    wanted: list[ColumnElement[bool]] = [
        EVENTS.c[name] == value
        for name, value in (("kind", kind), ("person", person), ("client", client), ("request_id", request))
        if value
    ]
    statement = (
        select(EVENTS)
        .where(EVENTS.c.id >= months.first_id(since), *wanted)
        .order_by(EVENTS.c.id.desc())
        .limit(limit)
    )
    return [event_of(found) for found in db.fetch_all(statement)]


def of_person(person: str, kinds: Sequence[str], *, before: str = "", limit: int = 50) -> list[Event]:
    """The newest events of some kinds of one person, those before an event's id; newest first."""
    nobody: ColumnElement[str] = literal_column("''")
    wanted = [EVENTS.c.person == person, EVENTS.c.person != nobody, EVENTS.c.kind.in_(kinds)]
    if before:
        wanted.append(EVENTS.c.id < before)
    statement = select(EVENTS).where(*wanted).order_by(EVENTS.c.id.desc()).limit(limit)
    return [event_of(found) for found in db.fetch_all(statement)]


def chain(after: int = -1, until: int | None = None, most: int = 0) -> Iterator[list[Row[Any]]]:
    """The chain in order, in batches: seq, event_id, previous, hash, then the event (NULLs if gone)."""
    joined = CHAIN.outerjoin(EVENTS, EVENTS.c.id == CHAIN.c.event_id)
    end = (CHAIN.c.seq <= until,) if until is not None else ()
    while True:
        statement = (
            select(CHAIN, EVENTS)
            .select_from(joined)
            .where(CHAIN.c.seq > after, *end)
            .order_by(CHAIN.c.seq)
            .limit(most or _WALK)
        )
        batch = db.fetch_all(statement)
        if not batch:
            return
        yield batch
        after = batch[-1][0]


def first_place() -> int:
    """The first place that the chain still has; 1 before there is any."""
    found = db.fetch_one(select(func.min(CHAIN.c.seq)))
    return int(found[0] or 1) if found else 1


def places(event_id: str) -> int:
    """How many places of the chain an event has."""
    statement = select(func.count()).select_from(CHAIN).where(CHAIN.c.event_id == event_id)
    found = db.fetch_one(statement)
    return int(found[0]) if found else 0


def never_sealed() -> str | None:
    """An event that is neither in the chain nor waiting for it."""
    after = ""
    while True:
        window = select(EVENTS.c.id).where(EVENTS.c.id > after).order_by(EVENTS.c.id).limit(_WALK).subquery()
        last = db.fetch_one(select(func.max(window.c.id)))
        if last is None or last[0] is None:
            return None
        statement = (
            select(window.c.id)
            .where(
                ~exists().where(CHAIN.c.event_id == window.c.id),
                ~exists().where(UNSEALED.c.event_id == window.c.id),
            )
            .order_by(window.c.id)
            .limit(1)
        )
        if found := db.fetch_one(statement):
            return str(found[0])
        after = last[0]


def roots(after: int = 0, most: int | None = None) -> list[Root]:
    """The signed roots behind a number, in order."""
    statement = select(ROOTS).where(ROOTS.c.number > after).order_by(ROOTS.c.number).limit(most)
    return [Root(**found._mapping) for found in db.fetch_all(statement)]


def newest_root() -> Root | None:
    """The newest signed root."""
    found = db.fetch_one(select(ROOTS).order_by(ROOTS.c.number.desc()).limit(1))
    return Root(**found._mapping) if found else None


def last_place() -> int:
    """The newest place of the chain; 0 before there is any."""
    found = db.fetch_one(select(func.max(CHAIN.c.seq)))
    return int(found[0] or 0) if found else 0


def first_sealed_at() -> int:
    """The second of the event at the first place; 0 before there is any."""
    statement = (
        select(EVENTS.c.time).join(CHAIN, CHAIN.c.event_id == EVENTS.c.id).order_by(CHAIN.c.seq).limit(1)
    )
    found = db.fetch_one(statement)
    return int(found[0]) // 1_000_000 if found else 0


def newest(kind: str) -> Event | None:
    """The newest event of a kind."""
    found = events(kind=kind, limit=1)
    return found[0] if found else None


def waiting_without_event() -> str | None:
    """An event that waits for the chain and is gone."""
    statement = (
        select(UNSEALED.c.event_id)
        .where(~exists().where(EVENTS.c.id == UNSEALED.c.event_id))
        .order_by(UNSEALED.c.time)
        .limit(1)
    )
    found = db.fetch_one(statement)
    return found[0] if found else None


def waits(event_id: str) -> bool:
    """Whether an event waits for its place in the chain."""
    return db.fetch_one(select(UNSEALED.c.event_id).where(UNSEALED.c.event_id == event_id)) is not None


def waits_before(time: int) -> bool:
    """Whether an event of before a moment (µs) waits for its place."""
    return db.fetch_one(select(UNSEALED.c.event_id).where(UNSEALED.c.time < time).limit(1)) is not None


def oldest() -> Month | None:
    """The month of the oldest event."""
    found = db.fetch_one(select(func.min(EVENTS.c.id)))
    return Month.of_id(found[0]) if found and found[0] else None


def count_before(end: str) -> int:
    """How many events have an id below one; counted in pieces, none of which takes long."""
    total, after = 0, ""
    while True:
        piece = _piece(after, end)
        found = db.fetch_all(select(func.count(), func.max(piece.c.id)).select_from(piece))
        count, last = tuple(found[0])
        total += int(count)
        if count < _PIECE:
            return total
        after = last


def _piece(after: str, end: str) -> Subquery:
    """The next events behind one id and below another, so many that no look at them takes long."""
    between = select(EVENTS.c.id).where(EVENTS.c.id > after, EVENTS.c.id < end)
    return between.order_by(EVENTS.c.id).limit(_PIECE).subquery()


def first_place_from(end: str) -> int:
    """The first place whose event has an id of ``end`` or above; behind all places when none has."""
    after = 0
    while True:
        piece = select(CHAIN).where(CHAIN.c.seq > after).order_by(CHAIN.c.seq).limit(_PIECE).subquery()
        found = db.fetch_one(select(func.min(piece.c.seq)).where(piece.c.event_id >= end))
        if found and found[0] is not None:
            return int(found[0])
        last = db.fetch_one(select(func.max(piece.c.seq)))
        if last is None or last[0] is None:
            return after + 1
        after = int(last[0])


def last_place_before(end: str) -> int:
    """The last place of an event with an id below one, 0 when there is none; in pieces."""
    last, after = 0, ""
    while True:
        piece = _piece(after, end)
        placed = piece.outerjoin(CHAIN, CHAIN.c.event_id == piece.c.id)
        wanted = select(func.max(CHAIN.c.seq), func.max(piece.c.id)).select_from(placed)
        place, following = tuple(db.fetch_all(wanted)[0])
        if following is None:
            return last
        last, after = max(last, int(place or 0)), following


def unsealed() -> int:
    """How many events wait for their place in the chain."""
    found = db.fetch_one(select(func.count()).select_from(UNSEALED))
    return int(found[0]) if found else 0
