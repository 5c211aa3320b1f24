"""Tables of persons. Keys are random and made by the application; tables of one person begin with its id."""

from sqlalchemy import BigInteger, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.db import db

Uuid = String(36)


class PersonRow(db.Model):  # type: ignore[name-defined,misc]
    """One person; what the register says of them is sealed, with ``<id>|<column>`` as associated data."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    stopped_rank: Mapped[int | None]
    """How high whoever froze the account stands (``Reach.rank``)."""
    name: Mapped[bytes] = mapped_column(LargeBinary)
    details: Mapped[bytes] = mapped_column(LargeBinary)
    """Sealed JSON: birthdate, gender, nationality, hmt."""
    phone: Mapped[bytes | None] = mapped_column(LargeBinary)
    identifier_id: Mapped[str] = mapped_column(Uuid)
    """The document shown for the person."""
    service_region: Mapped[str] = mapped_column(String(6))
    profile_version: Mapped[int]
    created_at: Mapped[int] = mapped_column(BigInteger)


class IdentifierRow(db.Model):  # type: ignore[name-defined,misc]
    """A document of a person with its time of validity; sealed with ``<id>|<id_type>`` as associated data."""

    __tablename__ = "person_identifier"

    person_id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    id_type: Mapped[str] = mapped_column(String(3))
    kind: Mapped[str] = mapped_column(String(24))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    mask: Mapped[str] = mapped_column(String(48))
    valid_from: Mapped[int] = mapped_column(BigInteger)
    valid_to: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(64))
    replaced_by: Mapped[str | None] = mapped_column(Uuid)
    actor: Mapped[str] = mapped_column(String(64))


class IdentifierIndexRow(db.Model):  # type: ignore[name-defined,misc]
    """The one place that makes a number unique: it leads to the person who has it now."""

    __tablename__ = "identifier_index"

    id_type: Mapped[str] = mapped_column(String(3), primary_key=True)
    blind_index: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(Uuid)
    identifier_id: Mapped[str] = mapped_column(Uuid)

    __table_args__ = (Index("identifier_index_person", "person_id", "identifier_id"),)


class PhoneIndexRow(db.Model):  # type: ignore[name-defined,misc]
    """The login phone of a person: one phone leads to one person, one person has one."""

    __tablename__ = "phone_index"

    blind_index: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(Uuid)

    __table_args__ = (Index("phone_index_person", "person_id"),)


class LevelRow(db.Model):  # type: ignore[name-defined,misc]
    """One step of real-name proofing (method, source, expiry); the best one in force counts."""

    __tablename__ = "person_level"

    person_id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    level: Mapped[int]
    method: Mapped[str] = mapped_column(String(32))
    source: Mapped[str] = mapped_column(String(64))
    obtained_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int | None] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(String(64))
