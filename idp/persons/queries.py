"""Reads of persons: one statement each."""

from typing import Any, cast

from sqlalchemy import Row, Select, and_, func, or_, select

from idp import keyring
from idp.base import clock
from idp.persons import sealing
from idp.persons.models import IdentifierIndexRow, IdentifierRow, LevelRow, PersonRow, PhoneIndexRow
from idp.persons.person import Identifier, Level, Person, Status
from idp.store import db


def find(person_id: str) -> Person | None:
    """The person of an id, as the database has it now."""
    return _one(_persons().where(PersonRow.id == person_id))


def find_by_identifier(id_type: str, value: str) -> Person | None:
    """The person whose document this is now, under any key of the queue: a key change loses nobody."""
    owner = select(IdentifierIndexRow.person_id).where(
        IdentifierIndexRow.id_type == id_type,
        or_(
            *(
                and_(IdentifierIndexRow.blind_index == index, IdentifierIndexRow.key_id == key_id)
                for key_id, index in keyring.blind_indexes(id_type, value)
            )
        ),
    )
    return _one(_persons().where(PersonRow.id.in_(owner)))


def find_by_phone(phone: str) -> Person | None:
    """The person who logs in with this phone (E.164)."""
    owner = select(PhoneIndexRow.person_id).where(
        or_(
            *(
                and_(PhoneIndexRow.blind_index == index, PhoneIndexRow.key_id == key_id)
                for key_id, index in keyring.blind_indexes(sealing.PHONE_TYPE, phone)
            )
        )
    )
    return _one(_persons().where(PersonRow.id.in_(owner)))


def full_number(person_id: str) -> str | None:
    """The number of the document a person is registered by, unsealed: used at once, kept nowhere."""
    row = db.fetch_one(
        select(IdentifierRow.id, IdentifierRow.id_type, IdentifierRow.sealed)
        .join(
            PersonRow,
            and_(IdentifierRow.person_id == PersonRow.id, IdentifierRow.id == PersonRow.identifier_id),
        )
        .where(PersonRow.id == person_id, IdentifierRow.valid_to.is_(None))
    )
    return sealing.unseal(row.sealed, row.id, row.id_type) if row else None


def identifiers(person_id: str) -> tuple[Identifier, ...]:
    """All documents of a person, past ones too, oldest first; masked."""
    statement = (
        select(
            IdentifierRow.id,
            IdentifierRow.id_type,
            IdentifierRow.kind,
            IdentifierRow.mask,
            IdentifierRow.valid_from,
            IdentifierRow.valid_to,
            IdentifierRow.reason,
            IdentifierRow.replaced_by,
        )
        .where(IdentifierRow.person_id == person_id)
        .order_by(IdentifierRow.valid_from, IdentifierRow.id)
    )
    return tuple(
        Identifier(
            id=row.id,
            id_type=row.id_type,
            kind=row.kind,
            masked=row.mask,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            reason=row.reason,
            replaced_by=row.replaced_by,
        )
        for row in db.fetch_all(statement)
    )


def levels(person_id: str) -> tuple[Level, ...]:
    """Every step by which a person became known, oldest first."""
    statement = (
        select(
            LevelRow.level,
            LevelRow.method,
            LevelRow.source,
            LevelRow.obtained_at,
            LevelRow.expires_at,
            LevelRow.actor,
        )
        .where(LevelRow.person_id == person_id)
        .order_by(LevelRow.obtained_at, LevelRow.level, LevelRow.id)
    )
    return tuple(Level(**row._mapping) for row in db.fetch_all(statement))


def _persons() -> Select[*tuple[Any, ...]]:
    """The columns of a snapshot; the level is the best step in force at this second."""
    best = (
        select(func.coalesce(func.max(LevelRow.level), 0))
        .where(
            LevelRow.person_id == PersonRow.id,
            or_(LevelRow.expires_at.is_(None), LevelRow.expires_at > clock.now()),
        )
        .scalar_subquery()
    )
    return select(
        PersonRow.id,
        PersonRow.status,
        PersonRow.name,
        PersonRow.details,
        PersonRow.phone,
        PersonRow.service_region,
        PersonRow.profile_version,
        PersonRow.created_at,
        IdentifierRow.id_type,
        IdentifierRow.mask,
        best.label("ial"),
    ).join(
        IdentifierRow,
        and_(IdentifierRow.person_id == PersonRow.id, IdentifierRow.id == PersonRow.identifier_id),
    )


def _one(statement: Select[*tuple[Any, ...]]) -> Person | None:
    row = db.fetch_one(statement)
    return _person(row) if row else None


def _person(row: Row[Any]) -> Person:
    details = sealing.unseal_details(row.details, row.id)
    return Person(
        id=row.id,
        status=cast(Status, row.status),
        name=sealing.unseal(row.name, row.id, "name"),
        ial=row.ial,
        id_type=row.id_type,
        id_number_masked=row.mask,
        birthdate=details.birthdate,
        gender=details.gender,
        nationality=details.nationality,
        hmt=details.hmt,
        phone=sealing.unseal(row.phone, row.id, "phone") if row.phone else None,
        service_region=row.service_region,
        profile_version=row.profile_version,
        created_at=row.created_at,
    )
