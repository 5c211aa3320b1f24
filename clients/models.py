"""The tables of the registry: one row a client, and one that says whether anything changed."""

from sqlalchemy import BigInteger, Boolean, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.db import db


class ClientRow(db.Model):  # type: ignore[name-defined,misc]
    """A registered client. JSON is kept as text: a broken row must fail alone, not the read of all."""

    __tablename__ = "client"

    client_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    revision: Mapped[str] = mapped_column(String(32))
    """Random, new at each change: tells a snapshot which rows to read again."""
    enabled: Mapped[bool] = mapped_column(Boolean)
    sector: Mapped[str] = mapped_column(String(100), index=True)
    organization: Mapped[str] = mapped_column(String(100))
    document: Mapped[str] = mapped_column(Text)
    """The registered metadata as a JSON object."""
    secrets: Mapped[str] = mapped_column(Text)
    """SHA-256 digests of the client's secrets with their ends, as a JSON list."""
    created_at: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[int] = mapped_column(BigInteger)


class RegistryVersion(db.Model):  # type: ignore[name-defined,misc]
    """A random value replaced by every transaction that changes a registry."""

    __tablename__ = "registry_version"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[str] = mapped_column(String(32))
