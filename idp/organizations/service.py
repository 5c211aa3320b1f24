"""Lasting changes of organisations: each in one transaction with its audit record.

The functions below receive the database session first; callers leave it out (``store.db.transaction``).
``operator`` names who acts; ``source`` names the register that says so. Nothing here is self-declared: a
representative comes from the legal-person base.
"""

import re
from uuid import uuid4

from sqlalchemy import Select, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import audit
from idp.base import clock
from idp.base.errors import Rejected
from idp.organizations import code
from idp.organizations.code import CodeType
from idp.organizations.models import (
    OrganizationCodeRow,
    OrganizationIdentifierRow,
    OrganizationRow,
    RepresentativeRow,
)
from idp.organizations.organization import ROLES, STATUSES, Role, Status
from idp.store.db import transaction

_LONGEST_NAME = 200


@transaction
def register(
    session: Session,
    *,
    uscc: str,
    name: str,
    name_en: str = "",
    status: Status = "active",
    region: str = "",
    parent_uscc: str = "",
    confirmed: bool = False,
    operator: str | None = None,
    source: str | None = None,
) -> str:
    """Register an organisation and give the new id; ``confirmed`` as in ``code.parse``."""
    credit_code = code.parse(uscc, confirmed=confirmed)
    organization_id = str(uuid4())
    _insert_identifier(session, organization_id, "credit_code", credit_code.value, "registered")
    session.execute(
        insert(OrganizationRow).values(
            id=organization_id,
            uscc=credit_code.value,
            name=_written(name),
            name_en=name_en.strip(),
            kind=credit_code.kind,
            status=_listed(status),
            region=_region(region or credit_code.region),
            parent_uscc=code.parse(parent_uscc).value if parent_uscc else "",
            created_at=clock.now(),
        )
    )
    audit.record_in(
        session,
        "organization.register",
        organization=organization_id,
        credit_code=credit_code.value,
        operator=operator,
        reason=",".join(credit_code.warnings),
        service_region=region or credit_code.region,
        source=source,
    )
    return organization_id


@transaction
def add_older_code(
    session: Session,
    organization_id: str,
    text: str,
    *,
    operator: str | None = None,
    source: str | None = None,
) -> str:
    """Keep an organisation code or registration number of before 2015 and give its row id."""
    organization = _change(session, organization_id)
    older = code.parse_older(text)
    identifier_id = _insert_identifier(session, organization_id, older.type, older.value, "added")
    _record(session, organization, "identifier added", operator, source)
    return identifier_id


@transaction
def replace_code(
    session: Session,
    organization_id: str,
    uscc: str,
    *,
    reason: str,
    confirmed: bool = False,
    operator: str | None = None,
    source: str | None = None,
) -> None:
    """Put a new credit code in the place of the old one, which from now on leads nowhere."""
    organization = _change(session, organization_id)
    credit_code = code.parse(uscc, confirmed=confirmed)
    new_id = _insert_identifier(session, organization_id, "credit_code", credit_code.value, reason)
    previous = organization.uscc
    _end_identifier(session, organization, reason, new_id)
    organization.uscc = credit_code.value
    organization.kind = credit_code.kind
    _record(session, organization, "identifier replaced", operator, source, previous=previous)


@transaction
def set_status(
    session: Session,
    organization_id: str,
    status: Status,
    *,
    operator: str | None = None,
    source: str | None = None,
) -> None:
    """Record the state the register has now; any but active suspends every power for the body."""
    organization = _change(session, organization_id)
    previous = organization.status
    organization.status = _listed(status)
    _record(session, organization, "status", operator, source, previous=previous)


@transaction
def add_representative(
    session: Session,
    organization_id: str,
    person_id: str,
    *,
    role: Role = "legal_representative",
    valid_from: int | None = None,
    valid_to: int | None = None,
    operator: str | None = None,
    source: str | None = None,
) -> str:
    """Link a person who stands for the organisation by register and give the row id."""
    if role not in ROLES:
        raise ValueError(f"representative role {role!r}")
    organization = _change(session, organization_id)
    now = clock.now()
    if session.scalar(_links(organization_id, person_id, now).limit(1)):
        raise Rejected("representative.exists", "this person stands for the organisation already")
    representation_id = str(uuid4())
    session.execute(
        insert(RepresentativeRow).values(
            person_id=person_id,
            id=representation_id,
            organization_id=organization_id,
            role=role,
            valid_from=now if valid_from is None else valid_from,
            valid_to=valid_to,
        )
    )
    _record(session, organization, "representative added", operator, source, person=person_id)
    return representation_id


@transaction
def end_representative(
    session: Session,
    organization_id: str,
    person_id: str,
    *,
    operator: str | None = None,
    source: str | None = None,
) -> None:
    """End every link in force between a person and an organisation, at once."""
    organization = _change(session, organization_id)
    now = clock.now()
    links = session.scalars(_links(organization_id, person_id, now)).all()
    if not links:
        raise Rejected(
            "representative.unknown", "this person does not stand for the organisation", status=404
        )
    for link in links:
        link.valid_to = now
    _record(session, organization, "representative ended", operator, source, person=person_id)


def _change(session: Session, organization_id: str) -> OrganizationRow:
    """The row of an organisation about to change, locked.

    The UPDATE changes nothing; it is the lock that SQLite has too.
    """
    session.execute(
        update(OrganizationRow)
        .where(OrganizationRow.id == organization_id)
        .values(status=OrganizationRow.status)
    )
    row: OrganizationRow | None = session.get(OrganizationRow, organization_id)
    if row is None:
        raise Rejected("organization.unknown", "no such organisation", status=404)
    return row


def _links(organization_id: str, person_id: str, now: int) -> Select[RepresentativeRow]:
    return select(RepresentativeRow).where(
        RepresentativeRow.person_id == person_id,
        RepresentativeRow.organization_id == organization_id,
        or_(RepresentativeRow.valid_to.is_(None), RepresentativeRow.valid_to > now),
    )


def _insert_identifier(
    session: Session, organization_id: str, type_: CodeType, value: str, reason: str
) -> str:
    identifier_id = str(uuid4())
    try:
        session.execute(
            insert(OrganizationCodeRow).values(
                type=type_, value=value, organization_id=organization_id, identifier_id=identifier_id
            )
        )
    except IntegrityError as fault:
        raise Rejected("organization.exists", "an organisation has this code", why="code taken") from fault
    session.execute(
        insert(OrganizationIdentifierRow).values(
            organization_id=organization_id,
            id=identifier_id,
            type=type_,
            value=value,
            valid_from=clock.now(),
            reason=reason,
        )
    )
    return identifier_id


def _end_identifier(session: Session, organization: OrganizationRow, reason: str, replaced_by: str) -> None:
    """End the credit code in force and free it."""
    key = {"type": "credit_code", "value": organization.uscc}
    held = session.get_one(OrganizationCodeRow, key)
    row = session.get_one(
        OrganizationIdentifierRow, {"organization_id": organization.id, "id": held.identifier_id}
    )
    row.valid_to, row.reason, row.replaced_by = clock.now(), reason, replaced_by
    session.execute(delete(OrganizationCodeRow).filter_by(**key))


def _record(
    session: Session,
    organization: OrganizationRow,
    action: str,
    operator: str | None,
    source: str | None,
    *,
    person: str | None = None,
    previous: str | None = None,
) -> None:
    audit.record_in(
        session,
        "organization.status",
        organization=organization.id,
        person=person,
        action=action,
        credit_code=organization.uscc,
        operator=operator,
        previous=previous,
        source=source,
        status=organization.status,
    )


def _written(name: str) -> str:
    written = name.strip()
    if not 1 <= len(written) <= _LONGEST_NAME or not written.isprintable():
        raise Rejected("organization.name", "an organisation has a name of 1 to 200 characters")
    return written


def _listed(status: Status) -> Status:
    if status not in STATUSES:
        raise ValueError(f"organisation status {status!r}")
    return status


def _region(code_of_place: str) -> str:
    if not re.fullmatch(r"[0-9]{6}", code_of_place):
        raise Rejected("region.format", "a region has six digits")
    return code_of_place
