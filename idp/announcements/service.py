"""Lasting verbs: announce something at a portal, and take it back."""

from dataclasses import fields
from uuid import uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from idp import audit
from idp.announcements.announcement import MOST, Announcement, demand_span, demand_text
from idp.announcements.models import AnnouncementRow
from idp.base import clock
from idp.base.errors import Rejected
from idp.store.db import transaction


def announce(client_id: str, *, text: str, text_en: str, starts_at: int, ends_at: int, operator: str) -> str:
    """Announce something at a portal; its id. Raises ``Rejected("announcement.…")``."""
    text, text_en = demand_text(text), demand_text(text_en)
    demand_span(starts_at, ends_at)
    announcement = Announcement(
        id=str(uuid4()), client_id=client_id, text=text, text_en=text_en,
        starts_at=starts_at, ends_at=ends_at, created_at=clock.now(), created_by=operator,
    )  # fmt: skip
    _announce(announcement)
    return announcement.id


def withdraw(client_id: str, announcement_id: str, *, operator: str) -> None:
    """Take an announcement of this portal back; one that is gone is gone."""
    _withdraw(client_id, announcement_id, operator)


def remove(session: Session, client_id: str, announcement_id: str, *, operator: str) -> None:
    """Take an announcement back within a larger change."""
    gone = delete(AnnouncementRow).where(
        AnnouncementRow.id == announcement_id, AnnouncementRow.client_id == client_id
    )
    if session.execute(gone.returning(AnnouncementRow.id)).first():
        audit.record_in(session, "announcement.change", client=client_id, action="removed", operator=operator)


def put(session: Session, announcement: Announcement) -> None:
    """Announce what was judged within a larger change; raises ``Rejected("announcement.many")``."""
    session.execute(delete(AnnouncementRow).where(AnnouncementRow.ends_at <= clock.now()))
    standing = select(func.count()).where(AnnouncementRow.client_id == announcement.client_id)
    if session.scalar(standing) >= MOST:  # type: ignore[operator]
        raise Rejected("announcement.many", f"A portal has {MOST} announcements at most", status=409)
    session.add(
        AnnouncementRow(**{field.name: getattr(announcement, field.name) for field in fields(Announcement)})
    )
    audit.record_in(
        session, "announcement.change", client=announcement.client_id, action="added",
        expires_at=announcement.ends_at, operator=announcement.created_by,
    )  # fmt: skip


@transaction
def _announce(session: Session, announcement: Announcement) -> None:
    put(session, announcement)


@transaction
def _withdraw(session: Session, client_id: str, announcement_id: str, operator: str) -> None:
    remove(session, client_id, announcement_id, operator=operator)
