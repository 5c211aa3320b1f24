"""What a team is called and where it stands; its sandbox clients go with it."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from clients import service, snapshot, version
from clients.models import ClientRow
from clients.teams import sandbox
from clients.teams import team as rules
from clients.teams.models import TeamClientRow, TeamRow
from clients.teams.service.members import demand
from idp import audit, divisions
from idp.base.errors import Rejected
from idp.store.db import transaction


def place(team_id: str, *, name: str, division: str, department: str, person: str) -> None:
    """Rename a team, or say where it stands."""
    kept = divisions.department(department) if department else None
    if divisions.find(division) is None or (department and (kept is None or kept.division != division)):
        raise Rejected("team.place", "No such division, or no such department in it", why="place")
    _place(team_id, rules.checked_name(name), division, department, person)
    snapshot.expire()


@transaction
def _place(session: Session, team_id: str, name: str, division: str, department: str, person: str) -> None:
    demand(session, team_id, person, "owner")
    session.execute(
        update(TeamRow)
        .where(TeamRow.id == team_id)
        .values(name=name, division=division, department=department)
    )
    number = version.lock(session)
    told: dict[str, Any] = sandbox.of_team(name)
    whose = select(ClientRow).join(TeamClientRow, TeamClientRow.client_id == ClientRow.client_id)
    mine = whose.where(TeamClientRow.team_id == team_id, ClientRow.environment == "sandbox")
    for row in session.scalars(mine.where(ClientRow.deleted_at.is_(None))):
        known = service.readable(row)
        if known is not None:
            moved = replace(known, division=division, department=department, **told)
            service.write(session, row, moved, number, None, makes_secret=False)
    audit.record_in(
        session, "team.change", person=person, team=team_id, action="placed", division=division,
        department=department or None,
    )  # fmt: skip
