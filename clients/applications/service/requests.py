"""What an applicant does: draft, change, submit, recall, withdraw."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clients import jwks
from clients.applications import judgement, queries
from clients.applications.application import OPEN, Applicant
from clients.applications.models import ApplicationRow
from clients.applications.queries import application_of
from clients.applications.service.steps import advance, demand_state, note, of_applicant, recorded
from clients.rules.identity import CLIENT_ID
from idp import divisions
from idp.base import clock
from idp.base.errors import Rejected
from idp.divisions import Reach
from idp.store.db import transaction

LARGEST = 64 * 1024
MOST_OPEN = 20
"""Open applications of one team or officer: ids of portals are not to be hoarded."""
LATEST_START = 366 * 86400
_CHANGED = "application.change"


@recorded(_CHANGED, "drafted")
def draft(
    client_id: str, /, *, entry: Mapping[str, Any], filing: str = "", place: Reach, actor: Applicant
) -> str:
    """Begin an application for a portal, new or in production; its id. One of a portal is open at most."""
    if not CLIENT_ID.fullmatch(client_id):
        raise Rejected("application.client_id", "A client id has lower-case letters, digits and hyphens")
    if divisions.find(place.division) is None or (actor.reach and not actor.reach.covers(*_place(place))):
        raise Rejected("not_found", why="no such place within reach", status=404)
    return _draft(client_id, _text(entry), filing, place, actor)


@recorded(_CHANGED, "changed")
def change(
    application_id: str, /, *, version: int, entry: Mapping[str, Any], filing: str, effective_at: int = 0,
    actor: Applicant,
) -> None:  # fmt: skip
    """Rewrite a draft."""
    if effective_at and not clock.now() <= effective_at <= clock.now() + LATEST_START:
        raise Rejected("application.effective", "The start lies within a year", why="effective_at")
    _change(application_id, version, _text(entry), filing, effective_at, actor)


@recorded(_CHANGED, "submitted")
def submit(application_id: str, /, *, version: int, actor: Applicant) -> None:
    """Hand a draft in, if nothing is wrong with it; officers see what stood in it at this moment."""
    known = queries.find(application_id)
    if known is not None and actor.owns(known):
        judgement.demand_tried(known)
    _submit(application_id, version, actor)


@recorded(_CHANGED, "recalled")
@transaction
def recall(session: Session, application_id: str, /, *, version: int, actor: Applicant) -> None:
    """Take a submitted application back to change it, while nobody has decided anything on it."""
    row = of_applicant(session, application_id, actor)
    advance(session, row, version)
    demand_state(row, "submitted")
    row.state = "draft"
    note(session, row, "recalled", actor.id)


@recorded(_CHANGED, "withdrawn")
@transaction
def withdraw(session: Session, application_id: str, /, *, version: int, actor: Applicant) -> None:
    """Give an application up before it is in force."""
    row = of_applicant(session, application_id, actor)
    advance(session, row, version)
    demand_state(row, *OPEN)
    row.state, row.open_client = "withdrawn", None
    note(session, row, "withdrawn", actor.id)


@transaction
def _submit(session: Session, application_id: str, version: int, actor: Applicant) -> None:
    row = of_applicant(session, application_id, actor)
    advance(session, row, version)
    demand_state(row, "draft")
    judgement.demand(session, application_of(row))
    row.state = "submitted"
    # Whoever hands it in asks for it, whoever wrote it.
    row.applicant = actor.id
    note(session, row, "submitted", actor.id, scope=list(application_of(row).scopes))


@transaction
def _draft(session: Session, client_id: str, text: str, filing: str, place: Reach, actor: Applicant) -> str:
    moment = clock.now()
    row = ApplicationRow(
        id=str(uuid4()), client_id=client_id, open_client=client_id, team=actor.team, applicant=actor.id,
        division=place.division, department=place.department, state="draft", version=1, entry=text,
        filing=filing[:60], effective_at=0, confirm_by=0, due_at=0, noticed_at=0, created_at=moment,
        updated_at=moment,
    )  # fmt: skip
    judgement.demand_holder(session, application_of(row))
    _demand_few(session, actor)
    session.add(row)
    try:
        session.flush()
    except IntegrityError:
        why = "another application is open"
        raise Rejected(
            "application.open", "The portal has an open application", why=why, status=409
        ) from None
    note(session, row, "drafted", actor.id, division=row.division, department=row.department or None)
    return row.id


@transaction
def _change(
    session: Session,
    application_id: str,
    version: int,
    text: str,
    filing: str,
    effective_at: int,
    actor: Applicant,
) -> None:
    row = of_applicant(session, application_id, actor)
    advance(session, row, version)
    demand_state(row, "draft")
    before, after = json.loads(row.entry), json.loads(text)
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    row.entry, row.filing, row.effective_at = text, filing[:60], effective_at
    note(session, row, "changed", actor.id, changes=changed)


def _demand_few(session: Session, actor: Applicant) -> None:
    whose = ApplicationRow.team == actor.team if actor.team else ApplicationRow.applicant == actor.id
    counted = select(func.count()).select_from(ApplicationRow)
    open_ones = session.scalar(counted.where(whose, ApplicationRow.open_client.is_not(None)))
    if (open_ones or 0) >= MOST_OPEN:
        raise Rejected("application.most", "Too many applications are open", why="most", status=409)


def _text(entry: Mapping[str, Any]) -> str:
    if jwks.shows_secret(entry.get("jwks")):
        hint = "The key set shows a private key: give the public one, and replace this one"
        raise Rejected("application.private_key", hint, why="jwks")
    text = json.dumps(judgement.settled(entry), ensure_ascii=False, sort_keys=True)
    if len(text) > LARGEST:
        raise Rejected("application.size", f"The application is larger than {LARGEST} characters")
    return text


def _place(place: Reach) -> tuple[str, str]:
    return place.division, place.department
