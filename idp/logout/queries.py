"""Reads of the delivery queue."""

from typing import Any

from sqlalchemy import Row, Table, select

from idp.logout.models import LogoutDelivery
from idp.store import db

DELIVERIES: Table = LogoutDelivery.__table__


def due(moment: int, most: int) -> list[Row[Any]]:
    """Deliveries whose time has come, oldest first."""
    statement = (
        select(DELIVERIES)
        .where(DELIVERIES.c.status == "waiting", DELIVERIES.c.next_at <= moment)
        .order_by(DELIVERIES.c.next_at)
        .limit(most)
    )
    return db.fetch_all(statement)


def of_session(session_id: str) -> list[Row[Any]]:
    """What the portals of an ended session have answered so far."""
    return db.fetch_all(select(DELIVERIES).where(DELIVERIES.c.session_id == session_id))
