"""The queue of pings: whom we promised to tell stays in it until told, or until it is too late."""

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.db import db


class PingDelivery(db.Model):  # type: ignore[name-defined,misc]
    """One ping for one portal (CIBA Core §10.2)."""

    __tablename__ = "ping_delivery"
    __table_args__ = (Index("ix_ping_delivery_due", "status", "next_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(100))
    sealed: Mapped[str] = mapped_column(Text)
    """What is sent and the token to send it with; emptied when nothing is to be sent any more."""
    status: Mapped[str] = mapped_column(String(10))
    """``waiting``, ``delivered`` or ``failed``."""
    attempts: Mapped[int] = mapped_column(Integer)
    next_at: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    """When the portal could redeem nothing any more."""
    outcome: Mapped[str] = mapped_column(String(60))
    """What the portal last answered: an HTTP status or a kind of failure."""
