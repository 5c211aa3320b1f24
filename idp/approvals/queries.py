"""Reads of the queue of pings."""

from typing import Any

from sqlalchemy import Row, Table, func, select

from idp.approvals.models import PingDelivery
from idp.store import db

PINGS: Table = PingDelivery.__table__


def due(moment: int, most: int) -> list[Row[Any]]:
    """Pings whose time has come, oldest first, of each portal so many at most."""
    place = func.row_number().over(partition_by=PINGS.c.client_id, order_by=PINGS.c.next_at)
    ranked = (
        select(PINGS, place.label("place"))
        .where(PINGS.c.status == "waiting", PINGS.c.next_at <= moment)
        .subquery()
    )
    return db.fetch_all(select(ranked).where(ranked.c.place <= most).order_by(ranked.c.next_at))
