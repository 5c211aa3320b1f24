"""Lasting verbs of the record: keep shipped events, give events their place, resume after a break."""

from collections.abc import Sequence

from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from idp import audit
from idp.audit.chain import GENESIS, Broken, Head, link
from idp.audit.event import Event
from idp.audit.queries import CHAIN, EVENTS, UNSEALED, event_of, row
from idp.store.db import transaction


@transaction
def store(session: Session, events: Sequence[Event]) -> int:
    """Keep events; those that are there already stay as they are. Returns how many were new."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(EVENTS).on_conflict_do_nothing().returning(EVENTS.c.id, EVENTS.c.time)
    new = session.execute(statement, [row(event) for event in events]).all()
    if new:
        session.execute(insert(UNSEALED), [{"event_id": found.id, "time": found.time} for found in new])
    return len(new)


@transaction
def seal(session: Session, kept: Head | None, most: int) -> tuple[int, Head | None]:
    """Give waiting events the next places; returns how many, and the newest place.

    Of two sealers one gets a place, the other an ``IntegrityError``. Raises ``Broken`` when the place
    kept outside is not in the chain: going on would bury the cut.
    """
    head = _tail(session)
    if kept and _hash_at(session, kept.seq) != kept.hash:
        raise Broken(f"the chain does not hold place {kept.seq}")
    waiting = _waiting(session, most)
    places = []
    for event in waiting:
        seq, previous = (head.seq + 1, head.hash) if head else (1, GENESIS)
        head = Head(seq=seq, hash=link(seq, previous, event))
        places.append({"seq": seq, "event_id": event.id, "previous": previous, "hash": head.hash})
    if places:
        session.execute(insert(CHAIN), places)
        ids = [event.id for event in waiting]
        session.execute(delete(UNSEALED).where(UNSEALED.c.event_id.in_(ids)))
    return len(places), head


@transaction
def resume(session: Session, kept: Head | None, operator: str, reason: str) -> Head | None:
    """Take the chain as it is now for the true one, and record who decided so and why."""
    tail = _tail(session)
    audit.record_in(
        session, "audit.resume", reason=reason, operator=operator,
        seq=tail.seq if tail else 0, hash=tail.hash if tail else GENESIS, previous=kept.seq if kept else 0,
    )  # fmt: skip
    return tail


def _tail(session: Session) -> Head | None:
    newest = select(func.max(CHAIN.c.seq)).scalar_subquery()
    found = session.execute(select(CHAIN).where(CHAIN.c.seq == newest)).first()
    return Head(seq=found.seq, hash=found.hash) if found else None


def _hash_at(session: Session, seq: int) -> str | None:
    return session.execute(select(CHAIN.c.hash).where(CHAIN.c.seq == seq)).scalar()


def _waiting(session: Session, most: int) -> list[Event]:
    statement = (
        select(EVENTS)
        .join(UNSEALED, UNSEALED.c.event_id == EVENTS.c.id)
        .where(~exists().where(CHAIN.c.event_id == EVENTS.c.id))
        .order_by(UNSEALED.c.time, EVENTS.c.id)
        .limit(most)
    )
    return [event_of(found) for found in session.execute(statement)]
