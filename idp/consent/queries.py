"""Reads of consents."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, Table, select

from clients import Client
from idp.consent.consent import Ask, Consent, ask
from idp.consent.models import ConsentRow
from idp.store import db

_table: Table = ConsentRow.__table__


def needed(client: Client, person_id: str, names: Collection[str]) -> Ask | None:
    """What must be asked before these scopes may be given; ``None`` when all was answered."""
    return None if given(client, person_id, names) is not None else ask(client, person_id, names)


def given(client: Client, person_id: str, names: Collection[str]) -> tuple[str, ...] | None:
    """Which of these scopes the person lets the portal have; ``None`` when somebody has to ask."""
    known = in_force(person_id, client.client_id)
    if known is None or not known.holds_for(client) or not known.covers(names):
        return None
    return tuple(name for name in names if name in known.scopes)


def in_force(person_id: str, client_id: str) -> Consent | None:
    """The consent of a person for a portal."""
    row = db.fetch_one(_live(person_id).where(_table.c.client_id == client_id).limit(1))
    return _consent(row) if row else None


def find(person_id: str, consent_id: str) -> Consent | None:
    """One consent of a person, also one that has ended."""
    row = db.fetch_one(select(_table).where(_table.c.person_id == person_id, _table.c.id == consent_id))
    return _consent(row) if row else None


def of_person(person_id: str) -> list[Consent]:
    """Consents of a person in force, newest first."""
    newest: dict[str, Consent] = {}
    for row in db.fetch_all(_live(person_id)):
        newest.setdefault(row.client_id, _consent(row))
    return list(newest.values())


def _live(person_id: str) -> Any:
    return (
        select(_table)
        .where(
            _table.c.person_id == person_id, _table.c.withdrawn_at.is_(None), _table.c.replaced_at.is_(None)
        )
        .order_by(_table.c.granted_at.desc(), _table.c.id)
    )


def _consent(row: Row[Any]) -> Consent:
    return Consent(
        id=row.id,
        person_id=row.person_id,
        client_id=row.client_id,
        scopes=tuple(row.scopes),
        refused=tuple(row.refused),
        legal_basis=row.legal_basis,
        purpose=row.purpose,
        fingerprint=row.fingerprint,
        text_version=row.text_version,
        granted_at=row.granted_at,
        withdrawn_at=row.withdrawn_at,
    )
