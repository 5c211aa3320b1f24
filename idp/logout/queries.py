"""Reads of what was promised."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Row, Select, Table, func, select, tuple_

from clients.queries import CLIENTS
from idp.divisions import Reach, within
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A delivery as administrators see it: of which portal, since when, what came back; never of whom."""

    id: str
    client_id: str
    status: str
    attempts: int
    created_at: int
    next_at: int
    outcome: str


def notices(
    reach: Reach, status: str, *, client_id: str = "", after: tuple[int, str] = (0, ""), most: int = 50
) -> tuple[Notice, ...]:
    """Deliveries of one state to portals within reach, the oldest first, those behind ``after``."""
    d = DELIVERIES.c
    found = _noticed(reach).where(d.status == status, tuple_(d.created_at, d.id) > after)
    if client_id:
        found = found.where(d.client_id == client_id)
    rows = db.fetch_all(found.order_by(d.created_at, d.id).limit(most))
    return tuple(Notice(**row._mapping) for row in rows)


def notice(delivery_id: str, reach: Reach) -> Notice | None:
    """One delivery to a portal within reach."""
    row = db.fetch_one(_noticed(reach).where(DELIVERIES.c.id == delivery_id))
    return Notice(**row._mapping) if row else None


def standing(client_id: str) -> dict[str, int]:
    """How many deliveries to a portal wait and how many failed."""
    counted = (
        select(DELIVERIES.c.status, func.count().label("many"))
        .where(DELIVERIES.c.client_id == client_id, DELIVERIES.c.status.in_(("failed", "waiting")))
        .group_by(DELIVERIES.c.status)
    )
    return {row.status: row.many for row in db.fetch_all(counted)}


def _noticed(reach: Reach) -> Select[*tuple[Any, ...]]:
    columns = (DELIVERIES.c[field.name] for field in fields(Notice))
    return (
        select(*columns)
        .join(CLIENTS, CLIENTS.c.client_id == DELIVERIES.c.client_id)
        .where(within(reach, CLIENTS.c.division, CLIENTS.c.department))
    )
