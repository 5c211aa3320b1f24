"""Reads of teams."""

from typing import Any

from sqlalchemy import Row, select

from clients.teams.models import InvitationRow, MemberRow, TeamClientRow, TeamRow
from clients.teams.team import Invitation, Member, Team, checked_role
from idp.base import clock
from idp.base.secret import digest
from idp.store import db

_TEAM = (TeamRow.id, TeamRow.name, TeamRow.division, TeamRow.department, TeamRow.created_at)
_MEMBER = (MemberRow.team_id, MemberRow.person_id, MemberRow.role, MemberRow.since)
_INVITATION = (
    InvitationRow.id,
    InvitationRow.team_id,
    InvitationRow.role,
    InvitationRow.created_by,
    InvitationRow.expires_at,
)


def find(team_id: str) -> Team | None:
    """The team of an id."""
    row = db.fetch_one(select(*_TEAM).where(TeamRow.id == team_id))
    return Team(**row._mapping) if row else None


def team_of(client_id: str) -> Team | None:
    """The team that a client belongs to."""
    found = select(*_TEAM).join(TeamClientRow, TeamClientRow.team_id == TeamRow.id)
    row = db.fetch_one(found.where(TeamClientRow.client_id == client_id))
    return Team(**row._mapping) if row else None


def of_person(person_id: str) -> tuple[tuple[Team, Member], ...]:
    """The teams somebody is in, with the membership, by name."""
    found = (
        select(*_TEAM, *_MEMBER)
        .join(MemberRow, MemberRow.team_id == TeamRow.id)
        .where(MemberRow.person_id == person_id)
        .order_by(TeamRow.name, TeamRow.id)
    )
    return tuple(
        (
            Team(**{name: row._mapping[name] for name in Team.__slots__}),
            _member(row),
        )
        for row in db.fetch_all(found)
    )


def membership(team_id: str, person_id: str) -> Member | None:
    """Somebody's place in a team."""
    row = db.fetch_one(select(*_MEMBER).where(MemberRow.team_id == team_id, MemberRow.person_id == person_id))
    return _member(row) if row else None


def members(team_id: str) -> tuple[Member, ...]:
    """Everybody in a team, the longest there first."""
    found = select(*_MEMBER).where(MemberRow.team_id == team_id)
    return tuple(map(_member, db.fetch_all(found.order_by(MemberRow.since, MemberRow.person_id))))


def client_ids(team_id: str) -> tuple[str, ...]:
    """The clients of a team, the newest first."""
    found = select(TeamClientRow.client_id).where(TeamClientRow.team_id == team_id)
    newest = found.order_by(TeamClientRow.created_at.desc(), TeamClientRow.client_id)
    return tuple(row.client_id for row in db.fetch_all(newest))


def admits(client_id: str, person_id: str) -> bool:
    """Whether somebody is in the team of a client, be it as tester."""
    found = (
        select(MemberRow.role)
        .join(TeamClientRow, TeamClientRow.team_id == MemberRow.team_id)
        .where(TeamClientRow.client_id == client_id, MemberRow.person_id == person_id)
    )
    return db.fetch_one(found) is not None


def invitations(team_id: str) -> tuple[Invitation, ...]:
    """Invitations that nobody used and that are still good."""
    found = select(*_INVITATION).where(
        InvitationRow.team_id == team_id, InvitationRow.expires_at > clock.now()
    )
    rows = db.fetch_all(found.order_by(InvitationRow.expires_at, InvitationRow.id))
    return tuple(map(_invitation, rows))


def invitation(token: str) -> Invitation | None:
    """The invitation of a link, while it is good."""
    row = db.fetch_one(
        select(*_INVITATION).where(
            InvitationRow.digest == digest(token), InvitationRow.expires_at > clock.now()
        )
    )
    return _invitation(row) if row else None


def _member(row: Row[Any]) -> Member:
    return Member(team_id=row.team_id, person_id=row.person_id, role=checked_role(row.role), since=row.since)


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(**(dict(row._mapping) | {"role": checked_role(row.role)}))
