"""Reads of applications: one statement each."""

from typing import Any

import orjson
from sqlalchemy import Row, Select, Table, and_, or_, select

from clients.applications.application import Application, Decision, State
from clients.applications.models import ApplicationRow, DecisionRow
from clients.models import ClientRow
from idp.divisions import Reach, within
from idp.store import db

_table: Table = ApplicationRow.__table__
_decisions: Table = DecisionRow.__table__


def find(application_id: str) -> Application | None:
    """The application of an id."""
    row = db.fetch_one(select(_table).where(_table.c.id == application_id))
    return application_of(row) if row else None


def page(
    reach: Reach,
    *,
    states: tuple[State, ...] = (),
    due_before: int = 0,
    after: tuple[int, str] | None = None,
    most: int = 30,
) -> tuple[Application, ...]:
    """Applications within reach, the newest first, those behind ``after``; drafts are their owners'."""
    c = _table.c
    found = _newest().where(within(reach, c.division, c.department), c.state != "draft")
    if states:
        found = found.where(c.state.in_(states))
    if due_before:
        found = found.where(c.due_at < due_before)
    if after:
        created, last = after
        found = found.where(or_(c.created_at < created, and_(c.created_at == created, c.id > last)))
    return tuple(map(application_of, db.fetch_all(found.limit(most))))


def filed(reach: Reach, applicant: str, *, most: int = 30) -> tuple[Application, ...]:
    """Drafts that an officer filed, the newest first."""
    c = _table.c
    mine = _newest().where(
        within(reach, c.division, c.department), c.team == "", c.applicant == applicant, c.state == "draft"
    )
    return tuple(map(application_of, db.fetch_all(mine.limit(most))))


def of_team(team: str, *, most: int = 50) -> tuple[Application, ...]:
    """The applications of a team, the newest first."""
    return tuple(map(application_of, db.fetch_all(_newest().where(_table.c.team == team).limit(most))))


def decisions(application_id: str) -> tuple[Decision, ...]:
    """What was decided on an application, in its order."""
    c = _decisions.c
    named = select(c.application_id, c.step, c.outcome, c.officer, c.comment, c.decided_at)
    found = named.where(c.application_id == application_id).order_by(c.decided_at, c.step.desc())
    return tuple(Decision(**row._mapping) for row in db.fetch_all(found))


def effective(moment: int, most: int) -> tuple[str, ...]:
    """Ids of what was approved and begins."""
    c = _table.c
    due = select(c.id).where(c.state == "approved", c.effective_at <= moment)
    return tuple(row.id for row in db.fetch_all(due.order_by(c.effective_at, c.id).limit(most)))


def due(moment: int, most: int) -> tuple[Application, ...]:
    """Live applications whose day comes before that moment and that nobody was told of."""
    c = _table.c
    coming = select(_table).where(c.state == "live", c.due_at <= moment, c.noticed_at == 0)
    return tuple(map(application_of, db.fetch_all(coming.order_by(c.due_at, c.id).limit(most))))


def unconfirmed(moment: int, most: int) -> tuple[Application, ...]:
    """Live applications that nobody confirmed in time, of portals that are let in.

    Whom an officer has stopped stays stopped by that officer: no confirmation lets him in.
    """
    c, portals = _table.c, ClientRow.__table__
    late = select(_table).join(portals, portals.c.client_id == c.client_id)
    late = late.where(c.state == "live", c.confirm_by <= moment, portals.c.enabled)
    return tuple(map(application_of, db.fetch_all(late.order_by(c.confirm_by, c.id).limit(most))))


def application_of(row: Row[Any] | ApplicationRow) -> Application:
    """An application as its row keeps it."""
    values = {name: getattr(row, name) for name in Application.__slots__}
    values["entry"] = orjson.loads(row.entry)
    return Application(**values)


def _newest() -> Select[*tuple[Any, ...]]:
    return select(_table).order_by(_table.c.created_at.desc(), _table.c.id)
