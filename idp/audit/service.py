"""Lasting verbs of the record: keep shipped events, give events their place, resume after a break."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, cast

import orjson
from sqlalchemy import CursorResult, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from idp import audit
from idp.audit import partitions, roots, rows
from idp.audit.alarm import QUIET, Sign
from idp.audit.chain import GENESIS, Broken, Head, link
from idp.audit.event import Event, new_id
from idp.audit.months import Month
from idp.audit.queries import ALARMS, CHAIN, EVENTS, ROOTS, STREAMS, UNSEALED, event_of
from idp.audit.retention import Cleaning
from idp.audit.roots import Root
from idp.audit.stream import State
from idp.base.clock import now_us
from idp.store.db import transaction

Lines = Mapping[str, bytes]
"""Canonical lines by the ids of their events."""


@transaction
def ship(session: Session, lines: Lines, kept: Head | None) -> tuple[int, Head | None]:
    """Keep spooled events and give them the next places; returns how many were new, and the newest place.

    Those that are there already stay as they are. Raises ``IntegrityError`` when another took the places,
    ``Broken`` as ``seal`` does; ``store`` is left then.
    """
    _demand(session, kept)
    new = rows.insert_new(session, EVENTS, "id", lines.values())
    head = _extend(session, ((event_id, line) for event_id, line in lines.items() if event_id in new))
    return len(new), head


@transaction
def store(session: Session, lines: Lines) -> int:
    """Keep spooled events, their places to be given by ``seal``; returns how many were new."""
    new = rows.insert_new(session, EVENTS, "id", lines.values())
    waiting = select(EVENTS.c.id, EVENTS.c.time).where(EVENTS.c.id.in_(new))
    session.execute(insert(UNSEALED).from_select(["event_id", "time"], waiting))
    return len(new)


@transaction
def seal(session: Session, kept: Head | None, most: int) -> tuple[int, Head | None]:
    """Give waiting events the next places; returns how many, and the newest place.

    Of two sealers one gets a place, the other an ``IntegrityError``. Raises ``Broken`` when the place
    kept outside is not in the chain: going on would bury the cut.
    """
    _demand(session, kept)
    waiting = _waiting(session, most)
    head = _extend(session, ((event.id, event.line()) for event in waiting))
    if waiting:
        session.execute(delete(UNSEALED).where(UNSEALED.c.event_id.in_([event.id for event in waiting])))
    return len(waiting), head


@transaction
def sign_root(session: Session, kept: Head | None, due: int) -> Root | None:
    """Sign the newest place, unless the newest root was signed at ``due`` or later; returns the new root.

    Raises ``Broken`` as ``seal`` does; of two that sign at once, one gets an ``IntegrityError``.
    """
    _demand(session, kept)
    newest = session.execute(select(ROOTS).order_by(ROOTS.c.number.desc()).limit(1)).first()
    before = Root(**newest._mapping) if newest else None
    tail = _tail(session)
    if tail is None or (before and before.signed_since(due)):
        return None
    root = roots.sign(tail, before)
    session.execute(insert(ROOTS).values(**asdict(root)))
    audit.record_in(session, "audit.root", number=root.number, seq=root.seq, hash=root.hash)
    return root


@transaction
def resume(session: Session, kept: Head | None, operator: str, reason: str) -> Head | None:
    """Take the chain as it is now for the true one, and record who decided so and why.

    Roots of places that are no more go: the event tells whoever kept them what became of those.
    """
    tail = _tail(session)
    session.execute(delete(ROOTS).where(ROOTS.c.seq > (tail.seq if tail else 0)))
    audit.record_in(
        session, "audit.resume", reason=reason, operator=operator,
        seq=tail.seq if tail else 0, hash=tail.hash if tail else GENESIS, previous=kept.seq if kept else 0,
    )  # fmt: skip
    return tail


def _demand(session: Session, kept: Head | None) -> None:
    if kept and session.scalar(select(CHAIN.c.hash).where(CHAIN.c.seq == kept.seq)) != kept.hash:
        raise Broken(f"the chain does not hold place {kept.seq}")


def _extend(session: Session, lines: Iterable[tuple[str, bytes]]) -> Head | None:
    """Put events at the end of the chain; returns its newest place."""
    tail = _tail(session)
    head = tail or Head(seq=0, hash=GENESIS)
    previous, places = head.hash, []
    for seq, (event_id, line) in enumerate(lines, start=head.seq + 1):
        own = link(seq, previous, line)
        places.append(orjson.dumps({"seq": seq, "event_id": event_id, "previous": previous, "hash": own}))
        previous = own
    if not places:
        return tail
    rows.insert(session, CHAIN, places)
    return Head(seq=head.seq + len(places), hash=previous)


def _tail(session: Session) -> Head | None:
    newest = select(func.max(CHAIN.c.seq)).scalar_subquery()
    found = session.execute(select(CHAIN).where(CHAIN.c.seq == newest)).first()
    return Head(seq=found.seq, hash=found.hash) if found else None


def _waiting(session: Session, most: int) -> list[Event]:
    statement = (
        select(EVENTS)
        .join(UNSEALED, UNSEALED.c.event_id == EVENTS.c.id)
        .where(~exists().where(CHAIN.c.event_id == EVENTS.c.id))
        .order_by(UNSEALED.c.time, EVENTS.c.id)
        .limit(most)
    )
    return [event_of(found) for found in session.execute(statement)]


@transaction
def keep_alarms(session: Session, signs: Iterable[Sign], now: int) -> list[Sign]:
    """Raise what is new, go on with what is known, end what is over; returns the signs that were new.

    Of two that raise the same at once, one gets an ``IntegrityError``.
    """
    still = select(ALARMS).where(ALARMS.c.open.is_not(None))
    known = {row["open"]: row for row in session.execute(still).mappings()}
    raised = []
    for sign in signs:
        if (row := known.pop(sign.key[:220], None)) is not None:
            seen = {"seen_at": now, "count": max(row["count"], sign.count)}
            session.execute(update(ALARMS).where(ALARMS.c.id == row["id"]).values(**seen))
            continue
        session.execute(insert(ALARMS).values(
            id=new_id(now_us()), kind=sign.kind, subject=sign.subject[:160], open=sign.key[:220],
            count=sign.count, began_at=now, seen_at=now, division=sign.division, department=sign.department,
        ))  # fmt: skip
        audit.record_in(
            session, f"alarm.{sign.kind}", outcome="failed", region=sign.division, subject=sign.subject,
            count=sign.count, window=sign.window or None,
        )  # fmt: skip
        raised.append(sign)
    for row in known.values():
        if row["seen_at"] + QUIET <= now:
            session.execute(update(ALARMS).where(ALARMS.c.id == row["id"]).values(open=None, ended_at=now))
            audit.record_in(
                session, "alarm.end", region=row["division"], cause=row["kind"], subject=row["subject"],
                count=row["count"],
            )  # fmt: skip
    return raised


@transaction
def begin_stream(session: Session, sink: str, now: int) -> None:
    """Begin a stream at the newest place, unless it was begun before."""
    last = _tail(session)
    row = {"sink": sink, "seq": last.seq if last else 0, "attempts": 0, "next_at": 0, "outcome": ""}
    if session.execute(select(STREAMS.c.sink).where(STREAMS.c.sink == sink)).first() is None:
        session.execute(insert(STREAMS).values(**row, delivered_at=now))


@transaction
def claim_stream(session: Session, state: State, until: int) -> bool:
    """Take a stream that is due until a moment; of two workers one gets it."""
    due = (STREAMS.c.sink == state.sink, STREAMS.c.next_at == state.next_at, STREAMS.c.seq == state.seq)
    taken = session.execute(update(STREAMS).where(*due).values(next_at=until))
    return cast(CursorResult[Any], taken).rowcount == 1


@transaction
def settle_stream(session: Session, sink: str, *, seq: int, outcome: str, next_at: int, now: int) -> None:
    """Write down that a sink took everything up to a place, or at 0 that it took nothing."""
    row = update(STREAMS).where(STREAMS.c.sink == sink)
    if seq:
        row = row.where(STREAMS.c.seq < seq)
        session.execute(row.values(seq=seq, attempts=0, outcome=outcome, next_at=next_at, delivered_at=now))
    else:
        failed = {"attempts": STREAMS.c.attempts + 1, "outcome": outcome[:60], "next_at": next_at}
        session.execute(row.values(**failed))


@transaction
def make_months(session: Session, first: Month) -> int:
    """See that there are partitions for the months to come; returns how many were made."""
    return partitions.make(session, first)


@transaction
def clean(session: Session, month: Month, count: int, first: int, kept: Head | None) -> Cleaning:
    """Record that the events up to the end of a month go, so many, and drop what partitions they have.

    ``first`` is the first place whose event stays. The rest goes by ``drop_events`` and ``drop_places``; cut
    off, they are called again. Raises ``Broken`` as ``seal`` does: from a broken chain nothing is removed.
    """
    _demand(session, kept)
    last_hash = session.scalar(select(CHAIN.c.hash).where(CHAIN.c.seq == first - 1)) or GENESIS
    anchor = session.scalar(select(func.max(ROOTS.c.seq)).where(ROOTS.c.seq < first)) or 0
    audit.record_in(session, "audit.clean", month=str(month), count=count, hash=last_hash, seq=anchor)
    partitions.drop(session, month.next.first_id)
    return Cleaning(event_id="", month=month, count=count, seq=anchor, hash=last_hash)


@transaction
def drop_events(session: Session, before: str, last: int, most: int) -> int:
    """Remove so many events with ids below ``before`` and places up to ``last``; returns how many went."""
    placed = EVENTS.join(CHAIN, CHAIN.c.event_id == EVENTS.c.id)
    some = select(EVENTS.c.id).select_from(placed).where(EVENTS.c.id < before, CHAIN.c.seq <= last)
    some = some.order_by(EVENTS.c.id).limit(most)
    return cast(CursorResult[Any], session.execute(delete(EVENTS).where(EVENTS.c.id.in_(some)))).rowcount


@transaction
def drop_places(session: Session, before: int, most: int) -> int:
    """Remove so many places of the chain before a place, the oldest first; returns how many went."""
    first = session.scalar(select(func.min(CHAIN.c.seq)))
    if first is None or first >= before:
        return 0
    gone = delete(CHAIN).where(CHAIN.c.seq < min(before, first + most))
    return cast(CursorResult[Any], session.execute(gone)).rowcount
