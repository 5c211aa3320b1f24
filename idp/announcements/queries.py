"""Reads of announcements: one statement by index each."""

from dataclasses import fields
from typing import Any

from sqlalchemy import Select, Table, select

from idp.announcements.announcement import MOST, Announcement
from idp.announcements.models import AnnouncementRow
from idp.base import clock
from idp.store import db

ANNOUNCEMENTS: Table = AnnouncementRow.__table__


def current(client_id: str | None) -> tuple[Announcement, ...]:
    """What visitors of a portal are told now, the newest first."""
    if client_id is None:
        return ()
    a, moment = ANNOUNCEMENTS.c, clock.now()
    found = _all().where(a.client_id == client_id, a.starts_at <= moment, a.ends_at > moment)
    return _read(found.order_by(a.starts_at.desc(), a.id).limit(MOST))


def of_client(client_id: str) -> tuple[Announcement, ...]:
    """What is shown at a portal now or will be."""
    a = ANNOUNCEMENTS.c
    found = _all().where(a.client_id == client_id, a.ends_at > clock.now())
    return _read(found.order_by(a.ends_at, a.id).limit(2 * MOST))


def ahead(after: str = "", most: int = 1000) -> tuple[Announcement, ...]:
    """Whatever is shown now or will be, by id, behind ``after``."""
    a = ANNOUNCEMENTS.c
    return _read(_all().where(a.ends_at > clock.now(), a.id > after).order_by(a.id).limit(most))


def find(announcement_id: str) -> Announcement | None:
    """One announcement."""
    row = db.fetch_one(_all().where(ANNOUNCEMENTS.c.id == announcement_id))
    return Announcement(**row._mapping) if row else None


def _all() -> Select[*tuple[Any, ...]]:
    return select(*(ANNOUNCEMENTS.c[field.name] for field in fields(Announcement)))


def _read(statement: Select[*tuple[Any, ...]]) -> tuple[Announcement, ...]:
    return tuple(Announcement(**row._mapping) for row in db.fetch_all(statement))
