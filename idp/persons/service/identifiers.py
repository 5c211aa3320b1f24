"""The documents of a person: add, replace, end.

``operator`` names who acts when it is not the person; ``source`` names the register that says so.
"""

from dataclasses import replace
from datetime import date
from typing import Final
from uuid import uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from idp import audit
from idp.base import clock
from idp.base.errors import Rejected
from idp.persons import index, number, sealing
from idp.persons.documents.id_number import IdNumber
from idp.persons.models import IdentifierRow
from idp.persons.person import Gender
from idp.persons.service.change import begin, lasting

#: As OIDC Core §5.1 writes what the number tells.
GENDERS: Final[dict[str | None, Gender]] = {"M": "male", "F": "female", None: ""}


@lasting
def add_identifier(
    session: Session,
    person_id: str,
    *,
    id_number: str,
    id_type: str | None = None,
    issuer: str = "",
    reason: str = "added",
    operator: str | None = None,
    source: str | None = None,
) -> str:
    """Add a further document of the same person and give its row id."""
    document = number.parse(id_number, id_type=id_type, issuer=issuer)
    begin(session, person_id)
    identifier_id = insert_identifier(session, person_id, document, reason, operator)
    _record_identifier(session, person_id, "added", document.id_type, reason, operator, source)
    return identifier_id


@lasting
def replace_identifier(
    session: Session,
    person_id: str,
    identifier_id: str,
    *,
    id_number: str,
    id_type: str | None = None,
    issuer: str = "",
    reason: str,
    birthdate: date | None = None,
    gender: Gender = "",
    operator: str | None = None,
    source: str | None = None,
) -> str:
    """Put a corrected or re-issued number in the place of an old one, which from now on leads nowhere.

    The person stays the same (so does every ``sub``); birth date and gender follow the register, else the
    new number, else they stay.
    """
    document = number.parse(id_number, id_type=id_type, issuer=issuer)
    person = begin(session, person_id)
    new_id = insert_identifier(session, person_id, document, reason, operator)
    _end_identifier(session, person_id, identifier_id, reason, replaced_by=new_id)
    if person.identifier_id == identifier_id:
        old = sealing.unseal_details(person.details, person_id)
        person.identifier_id = new_id
        details = replace(
            old,
            birthdate=birthdate or document.birth or old.birthdate,
            gender=gender or GENDERS[document.sex] or old.gender,
            hmt=document.hmt or old.hmt,
        )
        person.details = sealing.seal_details(details, person_id)
    _record_identifier(session, person_id, "replaced", document.id_type, reason, operator, source)
    return new_id


@lasting
def close_identifier(
    session: Session,
    person_id: str,
    identifier_id: str,
    *,
    reason: str,
    operator: str | None = None,
    source: str | None = None,
) -> None:
    """End a document without a successor; the one shown for the person can only be replaced."""
    person = begin(session, person_id)
    if person.identifier_id == identifier_id:
        raise Rejected("identifier.shown", "replace the main document instead", why="main document")
    id_type = _end_identifier(session, person_id, identifier_id, reason, replaced_by=None)
    _record_identifier(session, person_id, "ended", id_type, reason, operator, source)


def end_identifiers(session: Session, person_id: str, *, reason: str) -> None:
    """End all documents of a person in force; their numbers lead nowhere from now on."""
    in_force = select(IdentifierRow.id).where(
        IdentifierRow.person_id == person_id, IdentifierRow.valid_to.is_(None)
    )
    for identifier_id in session.scalars(in_force).all():
        _end_identifier(session, person_id, identifier_id, reason, replaced_by=None)


def insert_identifier(
    session: Session, person_id: str, document: IdNumber, reason: str, operator: str | None
) -> str:
    identifier_id = str(uuid4())
    index.enter(session, person_id, identifier_id, document)
    session.execute(
        insert(IdentifierRow).values(
            person_id=person_id,
            id=identifier_id,
            id_type=document.id_type,
            kind=document.kind,
            sealed=sealing.seal(document.value, identifier_id, document.id_type),
            mask=document.masked,
            valid_from=clock.now(),
            reason=reason,
            actor=operator or "self",
        )
    )
    return identifier_id


def _end_identifier(
    session: Session, person_id: str, identifier_id: str, reason: str, *, replaced_by: str | None
) -> str:
    """End an open document, free its number, and give its type."""
    row = session.get(IdentifierRow, (person_id, identifier_id))
    if row is None or row.valid_to is not None:
        raise Rejected("identifier.unknown", "no such document in force", status=404)
    row.valid_to = clock.now()
    row.reason = reason
    row.replaced_by = replaced_by
    index.leave(session, person_id, identifier_id)
    return row.id_type


def _record_identifier(
    session: Session,
    person_id: str,
    action: str,
    id_type: str,
    reason: str,
    operator: str | None,
    source: str | None,
) -> None:
    audit.record_in(
        session,
        "person.identifier",
        person=person_id,
        reason=reason,
        action=action,
        id_type=id_type,
        operator=operator,
        source=source,
    )
