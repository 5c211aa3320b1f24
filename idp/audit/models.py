"""The three tables of the record; a site grants its server INSERT and SELECT on the first two only."""

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.audit.event import WIDTHS
from idp.store.db import db


class AuditEvent(db.Model):  # type: ignore[name-defined,misc]
    """An event as recorded; rows are inserted and never changed."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_time", "time"),
        Index("ix_audit_event_person_time", "person", "time"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    time: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(WIDTHS["kind"]))
    outcome: Mapped[str] = mapped_column(String(WIDTHS["outcome"]))
    person: Mapped[str] = mapped_column(String(WIDTHS["person"]))
    organization: Mapped[str] = mapped_column(String(WIDTHS["organization"]))
    client: Mapped[str] = mapped_column(String(WIDTHS["client"]))
    session: Mapped[str] = mapped_column(String(WIDTHS["session"]))
    address: Mapped[str] = mapped_column(String(WIDTHS["address"]))
    request_id: Mapped[str] = mapped_column(String(WIDTHS["request_id"]))
    reason: Mapped[str] = mapped_column(String(WIDTHS["reason"]))
    detail: Mapped[str] = mapped_column(Text)


class AuditChain(db.Model):  # type: ignore[name-defined,misc]
    """An event's place in the hash chain; rows are inserted and never changed."""

    __tablename__ = "audit_chain"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[str] = mapped_column(String(36), unique=True)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditUnsealed(db.Model):  # type: ignore[name-defined,misc]
    """Events that wait for their place, so that sealing never searches the whole record."""

    __tablename__ = "audit_unsealed"
    __table_args__ = (Index("ix_audit_unsealed_time", "time"),)

    event_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    time: Mapped[int] = mapped_column(BigInteger)
