"""The table of announcements."""

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.db import db


class AnnouncementRow(db.Model):  # type: ignore[name-defined,misc]
    """One announcement; what was withdrawn is gone, the record tells of it."""

    __tablename__ = "announcement"
    __table_args__ = (Index("ix_announcement_client", "client_id", "ends_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(String(200))
    text_en: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[int] = mapped_column(BigInteger)
    ends_at: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str] = mapped_column(String(60))
