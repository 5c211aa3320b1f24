"""Tables of organisations. Codes and names of organisations are public, so nothing here is sealed."""

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.db import db

Uuid = String(36)


class OrganizationRow(db.Model):  # type: ignore[name-defined,misc]
    """One organisation."""

    __tablename__ = "organization"

    id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    uscc: Mapped[str] = mapped_column(String(18))
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(24))
    status: Mapped[str] = mapped_column(String(16))
    region: Mapped[str] = mapped_column(String(6))
    parent_uscc: Mapped[str] = mapped_column(String(18))
    created_at: Mapped[int] = mapped_column(BigInteger)


class OrganizationIdentifierRow(db.Model):  # type: ignore[name-defined,misc]
    """A code of an organisation with its time of validity."""

    __tablename__ = "organization_identifier"

    organization_id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    type: Mapped[str] = mapped_column(String(24))
    value: Mapped[str] = mapped_column(String(18))
    valid_from: Mapped[int] = mapped_column(BigInteger)
    valid_to: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(64))
    replaced_by: Mapped[str | None] = mapped_column(Uuid)


class OrganizationCodeRow(db.Model):  # type: ignore[name-defined,misc]
    """The one place that makes a code unique: it leads to the organisation that has it now."""

    __tablename__ = "organization_code"

    type: Mapped[str] = mapped_column(String(24), primary_key=True)
    value: Mapped[str] = mapped_column(String(18), primary_key=True)
    organization_id: Mapped[str] = mapped_column(Uuid)
    identifier_id: Mapped[str] = mapped_column(Uuid)


class RepresentativeRow(db.Model):  # type: ignore[name-defined,misc]
    """A person stands for an organisation from one moment to another."""

    __tablename__ = "organization_representative"

    person_id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    organization_id: Mapped[str] = mapped_column(Uuid)
    role: Mapped[str] = mapped_column(String(24))
    valid_from: Mapped[int] = mapped_column(BigInteger)
    valid_to: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index("organization_representative_organization", "organization_id"),)
