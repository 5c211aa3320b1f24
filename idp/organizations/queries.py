"""Reads of organisations: one statement each."""

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, or_, select

from idp.base import clock
from idp.organizations import code
from idp.organizations.models import (
    OrganizationCodeRow,
    OrganizationIdentifierRow,
    OrganizationRow,
    RepresentativeRow,
)
from idp.organizations.organization import Identifier, Organization, Representation
from idp.store import db


def find(organization_id: str) -> Organization | None:
    """The organisation of an id."""
    row = db.fetch_one(_organizations().where(OrganizationRow.id == organization_id))
    return _organization(row) if row else None


def find_by_code(text: str) -> Organization | None:
    """The organisation that has this credit code (or older code) now, however it is spelt."""
    clean = code.normalise(text)
    owner = select(OrganizationCodeRow.organization_id).where(
        OrganizationCodeRow.type == code.type_of(clean), OrganizationCodeRow.value == clean
    )
    row = db.fetch_one(_organizations().where(OrganizationRow.id.in_(owner)))
    return _organization(row) if row else None


def represented_by(person_id: str) -> tuple[Organization, ...]:
    """The organisations a person stands for now, whatever their state, by name."""
    statement = (
        _organizations()
        .join(RepresentativeRow, RepresentativeRow.organization_id == OrganizationRow.id)
        .where(RepresentativeRow.person_id == person_id, _in_force())
        .distinct()
        .order_by(OrganizationRow.name, OrganizationRow.id)
    )
    return tuple(_organization(row) for row in db.fetch_all(statement))


def acted_for(person_id: str, organization_id: str) -> Organization | None:
    """The organisation, if a person may act for it now: the link is in force and the body is active."""
    link = exists().where(
        RepresentativeRow.person_id == person_id,
        RepresentativeRow.organization_id == organization_id,
        _in_force(),
    )
    statement = _organizations().where(
        OrganizationRow.id == organization_id, OrganizationRow.status == "active", link
    )
    row = db.fetch_one(statement)
    return _organization(row) if row else None


def represents(person_id: str, organization_id: str) -> bool:
    """Whether a person may act for an organisation now."""
    return acted_for(person_id, organization_id) is not None


def representations(organization_id: str) -> tuple[Representation, ...]:
    """Everybody who stands or stood for an organisation, oldest first."""
    statement = (
        select(
            RepresentativeRow.id,
            RepresentativeRow.person_id,
            RepresentativeRow.organization_id,
            RepresentativeRow.role,
            RepresentativeRow.valid_from,
            RepresentativeRow.valid_to,
        )
        .where(RepresentativeRow.organization_id == organization_id)
        .order_by(RepresentativeRow.valid_from, RepresentativeRow.id)
    )
    return tuple(Representation(**row._mapping) for row in db.fetch_all(statement))


def identifiers(organization_id: str) -> tuple[Identifier, ...]:
    """All codes of an organisation, past ones too, oldest first."""
    statement = (
        select(
            OrganizationIdentifierRow.id,
            OrganizationIdentifierRow.type,
            OrganizationIdentifierRow.value,
            OrganizationIdentifierRow.valid_from,
            OrganizationIdentifierRow.valid_to,
            OrganizationIdentifierRow.reason,
            OrganizationIdentifierRow.replaced_by,
        )
        .where(OrganizationIdentifierRow.organization_id == organization_id)
        .order_by(OrganizationIdentifierRow.valid_from, OrganizationIdentifierRow.id)
    )
    return tuple(Identifier(**row._mapping) for row in db.fetch_all(statement))


def _in_force() -> ColumnElement[bool]:
    now = clock.now()
    return and_(
        RepresentativeRow.valid_from <= now,
        or_(RepresentativeRow.valid_to.is_(None), RepresentativeRow.valid_to > now),
    )


def _organizations() -> Select[*tuple[Any, ...]]:
    return select(
        OrganizationRow.id,
        OrganizationRow.uscc,
        OrganizationRow.name,
        OrganizationRow.name_en,
        OrganizationRow.kind,
        OrganizationRow.status,
        OrganizationRow.region,
        OrganizationRow.parent_uscc,
    )


def _organization(row: Row[Any]) -> Organization:
    return Organization(**row._mapping)
