"""Tables of the tokens package: offline refresh-token families, which outlive their session."""

from sqlalchemy import BigInteger, Boolean, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.db import db


class OfflineFamily(db.Model):  # type: ignore[name-defined,misc]
    """One offline grant and the generation of its refresh token that is valid now."""

    __tablename__ = "offline_family"
    __table_args__ = (Index("ix_offline_family_grant", "grant_id", unique=True),)

    person_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    grant_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(100))
    generation: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    revoked: Mapped[bool] = mapped_column(Boolean, default=False)
