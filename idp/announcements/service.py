"""Lasting verbs: announce something at a portal, and take it back."""

from uuid import uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from idp import audit
from idp.announcements.announcement import MOST, demand_span, demand_text
from idp.announcements.models import AnnouncementRow
from idp.base import clock
from idp.base.errors import Rejected
from idp.store.db import transaction


def announce(client_id: str, *, text: str, text_en: str, starts_at: int, ends_at: int, operator: str) -> str:
    """Announce something at a portal; its id. Raises ``Rejected("announcement.…")``."""
    text, text_en = demand_text(text), demand_text(text_en)
    demand_span(starts_at, ends_at)
    return _announce(client_id, text, text_en, starts_at, ends_at, operator)


@transaction
def withdraw(session: Session, client_id: str, announcement_id: str, *, operator: str) -> None:
    """Take an announcement of this portal back; one that is gone is gone."""
    gone = delete(AnnouncementRow).where(
        AnnouncementRow.id == announcement_id, AnnouncementRow.client_id == client_id
    )
    if session.execute(gone.returning(AnnouncementRow.id)).first():
        audit.record_in(session, "announcement.change", client=client_id, action="removed", operator=operator)


@transaction
def _announce(
    session: Session, client_id: str, text: str, text_en: str, starts_at: int, ends_at: int, operator: str
) -> str:
    session.execute(delete(AnnouncementRow).where(AnnouncementRow.ends_at <= clock.now()))
    standing = select(func.count()).where(AnnouncementRow.client_id == client_id)
    if session.scalar(standing) >= MOST:  # type: ignore[operator]
        raise Rejected("announcement.many", f"A portal has {MOST} announcements at most", status=409)
    row = AnnouncementRow(
        id=str(uuid4()), client_id=client_id, text=text, text_en=text_en, starts_at=starts_at,
        ends_at=ends_at, created_at=clock.now(), created_by=operator,
    )  # fmt: skip
    session.add(row)
    audit.record_in(
        session, "announcement.change", client=client_id, action="added", expires_at=ends_at,
        operator=operator,
    )  # fmt: skip
    return row.id
