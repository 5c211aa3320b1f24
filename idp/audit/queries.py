"""Reads of the record, and the tables as the statements of this package see them."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, TableClause, Text, column, exists, func, select, table

from idp.audit.event import MEMBERS, Event
from idp.store import db


def _table(name: str, *columns: str) -> TableClause:
    numbers = ("seq", "time")
    return table(name, *(column(each, BigInteger() if each in numbers else Text()) for each in columns))


EVENTS = _table("audit_event", *MEMBERS)
CHAIN = _table("audit_chain", "seq", "event_id", "previous", "hash")
UNSEALED = _table("audit_unsealed", "event_id", "time")

_WALK = 1000


def event_of(found: Sequence[Any]) -> Event:
    """The event of the columns of ``audit_event``."""
    return Event(**dict(zip(MEMBERS, found, strict=True)))


def events(
    *, kind: str = "", person: str = "", client: str = "", since: int = 0, limit: int = 50
) -> list[Event]:
    """The newest events of a kind, person or client since a moment (µs), newest first."""
    wanted: list[ColumnElement[bool]] = [
        EVENTS.c[name] == value
        for name, value in (("kind", kind), ("person", person), ("client", client))
        if value
    ]
    statement = (
        select(EVENTS)
        .where(EVENTS.c.time >= since, *wanted)
        .order_by(EVENTS.c.time.desc(), EVENTS.c.id)
        .limit(limit)
    )
    return [event_of(found) for found in db.fetch_all(statement)]


def chain() -> Iterator[list[Row[Any]]]:
    """The chain in order, in batches: seq, event_id, previous, hash, then the event (NULLs if gone)."""
    after = -1
    joined = CHAIN.outerjoin(EVENTS, EVENTS.c.id == CHAIN.c.event_id)
    while True:
        statement = (
            select(CHAIN, EVENTS)
            .select_from(joined)
            .where(CHAIN.c.seq > after)
            .order_by(CHAIN.c.seq)
            .limit(_WALK)
        )
        batch = db.fetch_all(statement)
        if not batch:
            return
        yield batch
        after = batch[-1][0]


def sealed_twice() -> str | None:
    """An event that has two places in the chain."""
    statement = (
        select(func.min(CHAIN.c.seq), CHAIN.c.event_id)
        .group_by(CHAIN.c.event_id)
        .having(func.count() > 1)
        .order_by(func.min(CHAIN.c.seq))
        .limit(1)
    )
    found = db.fetch_one(statement)
    return str(found.event_id) if found else None


def never_sealed() -> str | None:
    """An event that is neither in the chain nor waiting for it."""
    statement = (
        select(EVENTS.c.id)
        .where(
            ~exists().where(CHAIN.c.event_id == EVENTS.c.id),
            ~exists().where(UNSEALED.c.event_id == EVENTS.c.id),
        )
        .order_by(EVENTS.c.time)
        .limit(1)
    )
    found = db.fetch_one(statement)
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


def unsealed() -> int:
    """How many events wait for their place in the chain."""
    found = db.fetch_one(select(func.count()).select_from(UNSEALED))
    return int(found[0]) if found else 0
