"""The tables of policies: versions, which stay, and drafts."""

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.db import db


class PolicyVersionRow(db.Model):  # type: ignore[name-defined,misc]
    """One version of the policy of a kind at a division; never changed."""

    __tablename__ = "policy_version"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    division: Mapped[str] = mapped_column(String(6), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    changed: Mapped[int] = mapped_column(BigInteger, index=True)
    """The number of the change among all policies: tells a snapshot what to read."""
    document: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON, compressed: a catalogue of a province has megabytes."""
    digest: Mapped[str] = mapped_column(String(43))
    changes: Mapped[int] = mapped_column(Integer)
    changed_by: Mapped[str] = mapped_column(String(60))
    changed_at: Mapped[int] = mapped_column(BigInteger)
    why: Mapped[str] = mapped_column(String(300))
    undoes: Mapped[int | None] = mapped_column(Integer)


class PolicyDraftRow(db.Model):  # type: ignore[name-defined,misc]
    """A document to come; gone once it is published or thrown away."""

    __tablename__ = "policy_draft"
    __table_args__ = (Index("ix_policy_draft_place", "division", "kind"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    division: Mapped[str] = mapped_column(String(6))
    base: Mapped[int] = mapped_column(Integer)
    document: Mapped[bytes] = mapped_column(LargeBinary)
    created_by: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[int] = mapped_column(BigInteger)
