"""Lasting verbs: end a session and promise every portal in it to tell (Back-Channel Logout 1.0 §2.3).

The promises are written first: if the database is down nobody is told "signed out" while portals stay open.
A portal that is entered meanwhile keeps the session alive for a moment, until it is promised, too.
"""

from collections.abc import Collection
from uuid import uuid4

from sqlalchemy import ColumnElement, delete, insert, select, true, update
from sqlalchemy.orm import Session as Transaction

import clients
from idp import audit, sessions
from idp.base.clock import now
from idp.base.errors import Rejected
from idp.logout.models import LogoutDelivery, PersonEnding
from idp.sessions import Session
from idp.store.db import transaction


def end(session: Session, *, reason: str, kind: str = "session.end") -> frozenset[str]:
    """End one session and everything bound to it; the portals that were entered in it."""
    _promise([session], kind=kind, reason=reason)
    return _end(session)


def end_all(person_id: str, *, reason: str, keep: str | None = None, operator: str | None = None) -> int:
    """End a person's sessions, all or all but one; how many.

    A session that was there may let in a place while it is being ended: so one looks again afterwards.
    """
    ended = 0
    ending = [session for session in sessions.of_person(person_id) if session.id != keep]
    while ending:
        _promise(ending, kind="session.kill", reason=reason, operator=operator)
        for session in ending:
            _end(session)
        ended += len(ending)
        ending = [
            session for session in sessions.of_person(person_id) if session.portal and session.id != keep
        ]
    return ended


def _end(session: Session) -> frozenset[str]:
    """End a session whose known portals are promised; whoever came since is promised before it ends."""
    told = frozenset(session.participants)
    while late := sessions.end_if_told(session, told):
        tell(late, session.person_id, session.id)
        told |= late
    return told


@transaction
def _promise(
    transaction: Transaction, ending: list[Session], *, kind: str, reason: str, operator: str | None = None
) -> None:
    for session in ending:
        _tell(transaction, session.participants.keys(), session.person_id, session.id)
        audit.record_in(
            transaction,
            kind,
            person=session.person_id,
            session=session.id,
            reason=reason,
            operator=operator,
        )


@transaction
def tell(transaction: Transaction, portals: Collection[str], person_id: str, session_id: str = "") -> None:
    """Promise to tell portals of the end of a session, or of all (§2.4: ``sub`` without ``sid``)."""
    _tell(transaction, portals, person_id, session_id)


def _tell(transaction: Transaction, portals: Collection[str], person_id: str, session_id: str) -> None:
    for client_id in portals:
        client = clients.find(client_id)
        if client is None or not client.backchannel_logout_uri:
            continue
        if session_id or not client.backchannel_logout_session_required:
            transaction.add(_delivery(client_id, person_id, session_id))


def _delivery(client_id: str, person_id: str, session_id: str) -> LogoutDelivery:
    return LogoutDelivery(
        id=str(uuid4()),
        client_id=client_id,
        person_id=person_id,
        session_id=session_id,
        status="waiting",
        attempts=0,
        next_at=now(),
        created_at=now(),
        outcome="",
    )


def promise_ending(transaction: Transaction, person_id: str, status: str) -> None:
    """Promise, in the transaction that stops an account, that everything it holds will end."""
    transaction.merge(PersonEnding(person_id=person_id, status=status, promised_at=now()))


@transaction
def promise_endings(
    transaction: Transaction, person_ids: Collection[str], status: str, *, cause: str, operator: str
) -> int:
    """Promise the same for many persons at once, where it is not promised yet; how many."""
    known = select(PersonEnding.person_id).where(PersonEnding.person_id.in_(person_ids))
    new = set(person_ids).difference(transaction.execute(known).scalars())
    if new:
        rows = [{"person_id": one, "status": status, "promised_at": now()} for one in sorted(new)]
        transaction.execute(insert(PersonEnding), rows)
        audit.record_in(transaction, "session.kill", cause=cause, count=len(new), operator=operator)
    return len(new)


@transaction
def strike_ending(transaction: Transaction, person_id: str) -> None:
    """Strike the promise out: it is kept."""
    transaction.execute(delete(PersonEnding).where(PersonEnding.person_id == person_id))


@transaction
def claim(transaction: Transaction, delivery_id: str, attempts: int, until: int) -> bool:
    """Take a delivery for one attempt; of two workers one gets it, and a dead one loses it at ``until``."""
    statement = (
        update(LogoutDelivery)
        .where(
            LogoutDelivery.id == delivery_id,
            LogoutDelivery.attempts == attempts,
            LogoutDelivery.status == "waiting",
        )
        .values(attempts=attempts + 1, next_at=until)
        .returning(LogoutDelivery.id)
    )
    return transaction.execute(statement).first() is not None


@transaction
def postpone(transaction: Transaction, client_id: str, until: int) -> None:
    """Let everything that is due to a portal wait, because it does not answer."""
    transaction.execute(
        update(LogoutDelivery)
        .where(
            LogoutDelivery.client_id == client_id,
            LogoutDelivery.status == "waiting",
            LogoutDelivery.next_at < until,
        )
        .values(next_at=until)
    )


@transaction
def retry(transaction: Transaction, client_id: str, delivery_id: str, *, operator: str) -> None:
    """Send a delivery that failed or waits again now, with all its attempts before it."""
    if not _again(transaction, client_id, operator, LogoutDelivery.id == delivery_id):
        raise Rejected("delivery.state", "The notice is delivered, or on its way", status=409)


@transaction
def retry_all(transaction: Transaction, client_id: str, *, operator: str) -> int:
    """Send whatever a portal has not heard again now; how many."""
    return _again(transaction, client_id, operator, true())


def _again(transaction: Transaction, client_id: str, operator: str, which: ColumnElement[bool]) -> int:
    """A portal that a worker is just telling may be told twice, which changes nothing for it."""
    statement = (
        update(LogoutDelivery)
        .where(LogoutDelivery.client_id == client_id, LogoutDelivery.status != "delivered", which)
        .values(status="waiting", attempts=0, next_at=now())
        .returning(LogoutDelivery.id)
    )
    count = len(transaction.execute(statement).all())
    if count:
        audit.record_in(transaction, "logout.retry", client=client_id, count=count, operator=operator)
    return count


@transaction
def forget(transaction: Transaction, before: int, most: int) -> int:
    """Drop settled notices from before a moment, so many at once; how many."""
    d = LogoutDelivery
    gone = 0
    for status in ("delivered", "failed"):
        old = (
            select(d.id)
            .where(d.status == status, d.created_at < before)
            .order_by(d.created_at)
            .limit(most - gone)
        )
        gone += len(transaction.execute(delete(d).where(d.id.in_(old)).returning(d.id)).all())
    return gone


@transaction
def settle(
    transaction: Transaction, delivery_id: str, *, status: str, outcome: str, next_at: int, client_id: str
) -> None:
    """Write down what an attempt brought; its end is an audit event."""
    transaction.execute(
        update(LogoutDelivery)
        .where(LogoutDelivery.id == delivery_id)
        .values(status=status, outcome=outcome[:60], next_at=next_at)
    )
    if status == "delivered":
        audit.record_in(transaction, "logout.delivered", client=client_id)
    elif status == "failed":
        audit.record_in(transaction, "logout.failed", client=client_id, outcome="failed", reason=outcome[:60])
