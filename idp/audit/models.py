"""The tables of the record; a site grants its web processes INSERT and SELECT on the first three only."""

from sqlalchemy import BigInteger, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.audit.event import WIDTHS
from idp.store.db import db


def _index(name: str, *columns: str, where: str = "") -> Index:
    """An index of the events, of those alone that it helps to find: what is rare costs the rest nothing."""
    if not where:
        return Index(f"ix_audit_event_{name}", *columns)
    return Index(f"ix_audit_event_{name}", *columns, postgresql_where=text(where), sqlite_where=text(where))


class AuditEvent(db.Model):  # type: ignore[name-defined,misc]
    """An event as recorded; rows are inserted, never changed, and go by whole months (decision 0029).

    An id begins with its moment: by (something, id) the newest of something are found, page by page.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        _index("kind", "kind", "id"),
        _index("person", "person", "id", where="person <> ''"),
        _index("client", "client", "id", where="client <> ''"),
        _index("outcome", "outcome", "id", where="outcome <> 'success'"),
        _index("request", "request_id", where="outcome <> 'success'"),
        _index("item", "item", "id", where="item IS NOT NULL"),
        _index("mandate", "mandate", "id", where="mandate IS NOT NULL"),
        _index("region", "region", "id", where="region IS NOT NULL"),
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
    item: Mapped[str | None] = mapped_column(String(WIDTHS["item"]))
    mandate: Mapped[str | None] = mapped_column(String(WIDTHS["mandate"]))
    region: Mapped[str | None] = mapped_column(String(WIDTHS["region"]))


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


class AuditRoot(db.Model):  # type: ignore[name-defined,misc]
    """A signed root: what the chain was at an hour; rows are inserted, never changed, and kept for ever."""

    __tablename__ = "audit_root"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    time: Mapped[int] = mapped_column(BigInteger)
    jws: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)


class AuditAlarm(db.Model):  # type: ignore[name-defined,misc]
    """An episode that somebody should look at; ``open`` is unique while it lasts and empty afterwards."""

    __tablename__ = "audit_alarm"
    __table_args__ = (Index("ix_audit_alarm_began", "began_at", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(WIDTHS["kind"]))
    subject: Mapped[str] = mapped_column(String(160))
    open: Mapped[str | None] = mapped_column(String(220), unique=True)
    count: Mapped[int] = mapped_column(BigInteger)
    began_at: Mapped[int] = mapped_column(BigInteger)
    seen_at: Mapped[int] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    division: Mapped[str] = mapped_column(String(6), server_default="")
    department: Mapped[str] = mapped_column(String(36), server_default="")


class AuditStream(db.Model):  # type: ignore[name-defined,misc]
    """How far the record was streamed to a sink outside, and when that is tried again."""

    __tablename__ = "audit_stream"

    sink: Mapped[str] = mapped_column(String(16), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    attempts: Mapped[int] = mapped_column(Integer)
    next_at: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(String(60))
    delivered_at: Mapped[int] = mapped_column(BigInteger)
