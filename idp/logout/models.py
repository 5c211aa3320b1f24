"""The queue of logout tokens: what was promised to be told stays until it is told or given up."""

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.db import db


class LogoutDelivery(db.Model):  # type: ignore[name-defined,misc]
    """One logout token for one portal; the token itself is signed anew at each attempt."""

    __tablename__ = "logout_delivery"
    __table_args__ = (Index("ix_logout_delivery_due", "status", "next_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(100))
    person_id: Mapped[str] = mapped_column(String(36))
    session_id: Mapped[str] = mapped_column(String(22))
    status: Mapped[str] = mapped_column(String(10))
    """``waiting``, ``delivered`` or ``failed``."""
    attempts: Mapped[int] = mapped_column(Integer)
    next_at: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(String(60))
    """What the portal last answered: an HTTP status or a kind of failure."""
