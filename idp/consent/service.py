"""Lasting verbs: keep an answer, withdraw it, write a receipt of it."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import Update, update
from sqlalchemy.orm import Session

from idp import audit, keyring, sessions, settings
from idp.base import clock
from idp.consent import queries
from idp.consent.consent import TEXT_VERSION, Ask, Consent
from idp.consent.models import ConsentRow
from idp.store.db import transaction
from idp.tokens.service import end_grants


def grant(
    ask: Ask,
    agreed: Collection[str],
    *,
    purpose: str = "",
    item_code: str = "",
    details: Collection[Mapping[str, Any]] = (),
) -> str:
    """Keep what a person answered to a question; the consent's id.

    Answers to scopes that this question left out stay, as long as portal and words are the same.
    Of authorization details the record says that they were agreed to; they are never remembered.
    """
    asked = {item.name for item in ask.items}
    known = queries.in_force(ask.person_id, ask.client_id)
    kept = (
        known
        if known and (known.fingerprint, known.text_version) == (ask.fingerprint, TEXT_VERSION)
        else None
    )
    earlier = {name for name in kept.scopes if name not in asked} if kept else set()
    declined = {name for name in kept.refused if name not in asked} if kept else set()
    return _keep(
        ask,
        scopes=sorted(earlier | {name for name in agreed if name in asked}),
        refused=sorted(declined | (asked - set(agreed))),
        earlier={name: kept.legal_basis[name] for name in earlier & kept.legal_basis.keys()} if kept else {},
        told={
            "purpose": purpose or None,
            "item": item_code,
            "details": sorted(str(entry["type"]) for entry in details) or None,
        },
    )


def deny(ask: Ask) -> None:
    """Record that a person did not agree; nothing is kept of it but the record."""
    audit.record(
        "consent.grant",
        person=ask.person_id,
        client=ask.client_id,
        outcome="refused",
        reason="the person did not agree",
        scope=[item.name for item in ask.items],
    )


def withdraw(person_id: str, client_id: str, *, cause: str = "the person withdrew it") -> bool:
    """End a consent, and with it what the portal got by it; tells whether there was one.

    Grants are cut before and after: before, so that a store that fails leaves the consent in the person's
    list, to be withdrawn again; after, for what was granted in between.
    """
    _cut_off(person_id, client_id)
    ended = _end(person_id, client_id, cause)
    _cut_off(person_id, client_id)
    return ended


def receipt(consent: Consent) -> str:
    """A signed statement of what was answered, for the person to keep (Kantara Consent Receipt 1.1)."""
    claims = {
        "iss": settings.current().issuer,
        "sub": keyring.pairwise("consent-receipt", consent.person_id),
        "jti": consent.id,
        "iat": clock.now(),
        "client_id": consent.client_id,
        "scopes": consent.scopes,
        "refused": consent.refused,
        "legal_basis": dict(consent.legal_basis),
        "purpose": consent.purpose,
        "text_version": consent.text_version,
        "granted_at": consent.granted_at,
    }
    if consent.withdrawn_at is not None:
        claims["withdrawn_at"] = consent.withdrawn_at
    return keyring.sign(claims, typ="consent-receipt+jwt")


def _cut_off(person_id: str, client_id: str) -> None:
    sessions.forget_participant(person_id, client_id)
    end_grants(person_id, client_id)


@transaction
def _keep(
    session: Session,
    ask: Ask,
    *,
    scopes: list[str],
    refused: list[str],
    earlier: dict[str, str],
    told: dict[str, Any],
) -> str:
    basis: dict[str, str] = earlier | {item.name: item.basis for item in ask.items if item.name in scopes}
    session.execute(_live(ask.person_id, ask.client_id).values(replaced_at=clock.now()))
    row = ConsentRow(
        person_id=ask.person_id,
        id=str(uuid4()),
        client_id=ask.client_id,
        scopes=scopes,
        refused=refused,
        legal_basis=basis,
        purpose=told["purpose"] or "",
        fingerprint=ask.fingerprint,
        text_version=TEXT_VERSION,
        granted_at=clock.now(),
    )
    session.add(row)
    audit.record_in(
        session,
        "consent.grant",
        person=ask.person_id,
        client=ask.client_id,
        scope=scopes,
        legal_basis=[f"{name}: {ground}" for name, ground in sorted(basis.items())],
        version=TEXT_VERSION,
        **told,
    )
    return row.id


@transaction
def _end(session: Session, person_id: str, client_id: str, cause: str) -> bool:
    ending = _live(person_id, client_id).values(withdrawn_at=clock.now()).returning(ConsentRow.scopes)
    rows = session.execute(ending).all()
    if rows:
        audit.record_in(
            session,
            "consent.withdraw",
            person=person_id,
            client=client_id,
            cause=cause,
            scope=rows[0].scopes,
        )
    return bool(rows)


def _live(person_id: str, client_id: str) -> Update:
    return update(ConsentRow).where(
        ConsentRow.person_id == person_id,
        ConsentRow.client_id == client_id,
        ConsentRow.withdrawn_at.is_(None),
        ConsentRow.replaced_at.is_(None),
    )
