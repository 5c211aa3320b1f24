"""Tables of applications; decisions are never changed."""

from sqlalchemy import BigInteger, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.db import db


class ApplicationRow(db.Model):  # type: ignore[name-defined,misc]
    """One application."""

    __tablename__ = "application"
    __table_args__ = (
        Index("ix_application_place", "division", "department", "created_at"),
        Index("ix_application_created", "created_at", "id"),
        Index("ix_application_effective", "state", "effective_at"),
        Index("ix_application_due", "state", "due_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64), index=True)
    open_client: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The client's id while the application is open: of one portal one is, at most."""
    team: Mapped[str] = mapped_column(String(36), index=True)
    """The team that asks; empty when an officer filed it."""
    applicant: Mapped[str] = mapped_column(String(36))
    division: Mapped[str] = mapped_column(String(6))
    department: Mapped[str] = mapped_column(String(36))
    state: Mapped[str] = mapped_column(String(10))
    version: Mapped[int] = mapped_column(BigInteger)
    entry: Mapped[str] = mapped_column(Text)
    """The registration asked for as a JSON object."""
    filing: Mapped[str] = mapped_column(String(60))
    effective_at: Mapped[int] = mapped_column(BigInteger)
    confirm_by: Mapped[int] = mapped_column(BigInteger)
    due_at: Mapped[int] = mapped_column(BigInteger)
    """What comes first: the day to confirm it, or the end of what is restricted."""
    noticed_at: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[int] = mapped_column(BigInteger)


class DecisionRow(db.Model):  # type: ignore[name-defined,misc]
    """One decision: of each step one, and one of each officer."""

    __tablename__ = "application_decision"
    __table_args__ = (
        UniqueConstraint("application_id", "step"),
        UniqueConstraint("application_id", "officer"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    application_id: Mapped[str] = mapped_column(String(36))
    step: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[str] = mapped_column(String(10))
    officer: Mapped[str] = mapped_column(String(36))
    comment: Mapped[str] = mapped_column(String(500))
    decided_at: Mapped[int] = mapped_column(BigInteger)
