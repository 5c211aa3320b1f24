"""The tables of the registry: one row a client, and one that counts its changes."""

from sqlalchemy import BigInteger, Boolean, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.db import db


class ClientRow(db.Model):  # type: ignore[name-defined,misc]
    """A registered client. JSON is kept as text: a broken row must fail alone, not the read of all.

    A client that was deleted leaves its row: its id is never given again, the snapshots hear that it is
    gone, and citizens can still read whom they once agreed to give data.
    """

    __tablename__ = "client"
    __table_args__ = (
        Index("ix_client_division", "division", "client_id"),
        Index("ix_client_department", "department", "division", "client_id"),
    )

    client_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    changed: Mapped[int] = mapped_column(BigInteger, index=True)
    """The registry's version that this row is of: tells a snapshot which rows to read again."""
    origin: Mapped[str] = mapped_column(String(16))
    """``manifest`` (an operator applied it), ``registration`` (it registered itself, RFC 7591),
    ``application`` (two officers approved it) or ``team`` (developers made it for themselves)."""
    enabled: Mapped[bool] = mapped_column(Boolean)
    stopped_rank: Mapped[int | None]
    """How high the highest who disabled it stands (``Reach.rank``)."""
    sector: Mapped[str] = mapped_column(String(100), index=True)
    organization: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(60))
    division: Mapped[str] = mapped_column(String(6))
    department: Mapped[str] = mapped_column(String(36))
    environment: Mapped[str] = mapped_column(String(10))
    document: Mapped[str] = mapped_column(Text)
    """The registered metadata as a JSON object."""
    secrets: Mapped[str] = mapped_column(Text)
    """SHA-256 digests of the client's secrets with their ends, as a JSON list."""
    logo: Mapped[str] = mapped_column(String(64))
    """The name of its logo in ``client_logo``; empty when it has none."""
    created_at: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[int] = mapped_column(BigInteger)
    deleted_at: Mapped[int | None] = mapped_column(BigInteger)


class RegistryVersion(db.Model):  # type: ignore[name-defined,misc]
    """A number raised by every transaction that changes a registry; its row is the registry's lock."""

    __tablename__ = "registry_version"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class LogoRow(db.Model):  # type: ignore[name-defined,misc]
    """A logo as it was fetched and judged, named by its content."""

    __tablename__ = "client_logo"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(20))
    body: Mapped[bytes] = mapped_column(LargeBinary)


class RegistrationRow(db.Model):  # type: ignore[name-defined,misc]
    """How a client that registered itself is managed (RFC 7592)."""

    __tablename__ = "client_registration"

    client_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    token: Mapped[str | None] = mapped_column(String(43))
    """Digest of its registration access token; none while its management is closed."""
    replaced: Mapped[str | None] = mapped_column(String(43))
    """Digest of the token before, by which a stolen one is noticed."""
    replaced_at: Mapped[int] = mapped_column(BigInteger)
    initial_token: Mapped[str] = mapped_column(String(20))
    """The initial access token whose policy it stands under."""
    statement: Mapped[str] = mapped_column(Text)
    """Its software statement, as it was sent."""


class InitialTokenRow(db.Model):  # type: ignore[name-defined,misc]
    """An initial access token (RFC 7591 §3): who registers by it, how often, until when, and for what."""

    __tablename__ = "initial_access_token"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    digest: Mapped[str] = mapped_column(String(43), index=True)
    policy: Mapped[str] = mapped_column(Text)
    """The policy as a JSON object."""
    uses: Mapped[int] = mapped_column(BigInteger)
    uses_left: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str] = mapped_column(String(64))
    revoked_at: Mapped[int | None] = mapped_column(BigInteger)


class SoftwareIssuerRow(db.Model):  # type: ignore[name-defined,misc]
    """Whose software statements are believed (RFC 7591 §2.3)."""

    __tablename__ = "software_issuer"

    issuer: Mapped[str] = mapped_column(String(200), primary_key=True)
    jwks: Mapped[str] = mapped_column(Text)
    created_at: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str] = mapped_column(String(64))
