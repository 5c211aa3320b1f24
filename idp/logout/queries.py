"""Reads of what was promised."""

from typing import Any

from sqlalchemy import Row, Table, func, select

from idp.logout.models import LogoutDelivery, PersonEnding
from idp.store import db

DELIVERIES: Table = LogoutDelivery.__table__
ENDINGS: Table = PersonEnding.__table__


def due(moment: int, most: int) -> list[Row[Any]]:
    """Deliveries whose time has come, oldest first, of each portal so many at most.

    A portal that is down has a long queue; it must not stand in front of the others' queues.
    """
    place = func.row_number().over(partition_by=DELIVERIES.c.client_id, order_by=DELIVERIES.c.next_at)
    ranked = (
        select(DELIVERIES, place.label("place"))
        .where(DELIVERIES.c.status == "waiting", DELIVERIES.c.next_at <= moment)
        .subquery()
    )
    return db.fetch_all(select(ranked).where(ranked.c.place <= most).order_by(ranked.c.next_at))


def of_session(session_id: str) -> list[Row[Any]]:
    """What the portals of an ended session have answered so far."""
    return db.fetch_all(select(DELIVERIES).where(DELIVERIES.c.session_id == session_id))


def endings(before: int, most: int) -> list[Row[Any]]:
    """Persons to be logged out everywhere since before a moment, the longest waiting first."""
    waiting = select(ENDINGS).where(ENDINGS.c.promised_at <= before)
    return db.fetch_all(waiting.order_by(ENDINGS.c.promised_at).limit(most))
