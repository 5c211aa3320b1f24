"""Tables of staff; nothing in them opens anything if they are stolen alone."""

from sqlalchemy import BigInteger, Boolean, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.db import db


class StaffRow(db.Model):  # type: ignore[name-defined,misc]
    """One staff account."""

    __tablename__ = "staff"
    __table_args__ = (Index("ix_staff_place", "division", "department"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    login_name: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    division: Mapped[str] = mapped_column(String(6))
    department: Mapped[str] = mapped_column(String(36))
    status: Mapped[str] = mapped_column(String(10))
    roles: Mapped[str] = mapped_column(Text)
    """Names of its roles as a JSON list."""
    networks: Mapped[str] = mapped_column(Text)
    """Networks it may be used from as a JSON list; empty: those of the setting."""
    password: Mapped[str] = mapped_column(String(160))
    """Argon2id hash in PHC form; empty until its first link was used."""
    former_passwords: Mapped[str] = mapped_column(Text)
    """Hashes of the passwords before, the newest first, as a JSON list."""
    password_set_at: Mapped[int] = mapped_column(BigInteger)
    seed: Mapped[bytes] = mapped_column(LargeBinary(256))
    """Seed of its one-time-code generator, sealed for ``<id>|staff-totp``."""
    last_step: Mapped[int] = mapped_column(BigInteger)
    last_login_at: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str] = mapped_column(String(60))
    version: Mapped[int] = mapped_column(BigInteger)


class LinkRow(db.Model):  # type: ignore[name-defined,misc]
    """A one-time link by which somebody takes an account over: the first time, or after losing a factor."""

    __tablename__ = "staff_link"

    digest: Mapped[str] = mapped_column(String(43), primary_key=True)
    staff_id: Mapped[str] = mapped_column(String(36), index=True)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    trusted: Mapped[bool] = mapped_column(Boolean)
    """Whether it was made on the server itself; then nobody has to confirm who used it."""
