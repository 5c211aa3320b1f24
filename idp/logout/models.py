"""What was promised and is not done yet: portals to be told, persons whose logins have to end."""

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.db import db


class LogoutDelivery(db.Model):  # type: ignore[name-defined,misc]
    """One logout token for one portal; the token itself is signed anew at each attempt."""

    __tablename__ = "logout_delivery"
    __table_args__ = (
        Index("ix_logout_delivery_due", "status", "next_at"),
        Index("ix_logout_delivery_listed", "status", "created_at", "id"),
        Index("ix_logout_delivery_portal", "client_id", "status", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(100))
    person_id: Mapped[str] = mapped_column(String(36))
    session_id: Mapped[str] = mapped_column(String(22))
    """Empty when the person is signed out of every session."""
    status: Mapped[str] = mapped_column(String(10))
    """``waiting``, ``delivered`` or ``failed``."""
    attempts: Mapped[int] = mapped_column(Integer)
    next_at: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(String(60))
    """What the portal last answered: an HTTP status or a kind of failure."""


class PersonEnding(db.Model):  # type: ignore[name-defined,misc]
    """A person whose account was stopped, or whose data leaked, and who may still be logged in somewhere.

    Written with a new state in one transaction and struck out when everything has ended, so that a Redis
    that is down at that moment, or a process that dies, leaves nobody logged in.
    """

    __tablename__ = "person_ending"

    person_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    """Why: ``frozen``, ``deceased``, ``closed``; ``unproven``: the real name has to be proven anew;
    ``affected``: whoever may log in again at once, one of many after a leak."""
    promised_at: Mapped[int] = mapped_column(BigInteger)
