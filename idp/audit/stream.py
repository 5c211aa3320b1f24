"""How far the record was streamed to the sinks outside; what streams it is ``idp.relay``.

A sink is sent the chain from its cursor on, in order. The cursor moves when the sink has taken what it was
sent: each event arrives at least once, and ``seq`` tells a receiver what it has already.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from idp import settings
from idp.audit import queries
from idp.audit.event import Event
from idp.audit.queries import STREAMS
from idp.store import db

SINKS = ("syslog", "webhook")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How a stream stands."""

    sink: str
    seq: int
    """The last place that was taken."""
    waiting: int
    """How many events wait."""
    attempts: int
    """Attempts since one succeeded."""
    next_at: int
    outcome: str
    """What came of the last attempt."""
    delivered_at: int
    """When something was last taken, or the stream was begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An event at its place."""

    seq: int
    hash: str
    event: Event


def configured() -> tuple[str, ...]:
    """The sinks that the settings name."""
    conf = settings.current()
    named = {"syslog": conf.audit_syslog, "webhook": conf.audit_webhook}
    return tuple(sink for sink in SINKS if named[sink])


def states() -> list[State]:
    """How each stream that is configured stands; one that never began is not there yet."""
    if not (sinks := configured()):
        return []
    last = queries.last_place()
    found = db.fetch_all(select(STREAMS).where(STREAMS.c.sink.in_(sinks)).order_by(STREAMS.c.sink))
    return [State(**row._mapping, waiting=max(0, last - row.seq)) for row in found]


def state(sink: str) -> State | None:
    """How one stream stands."""
    return next((one for one in states() if one.sink == sink), None)


def after(seq: int, most: int) -> tuple[Sequence[Sealed], int]:
    """The events of so many places behind one, and the last of these; what was removed is left out."""
    batch = [tuple(row) for row in next(queries.chain(after=seq, most=most), [])]
    found = [
        Sealed(seq=row[0], hash=row[3], event=queries.event_of(row[4:]))
        for row in batch
        if row[4] is not None
    ]
    return found, batch[-1][0] if batch else seq
