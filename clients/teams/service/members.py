"""Teams are made, people come by one-time links and leave.

Who may do what is judged here, under the row of whoever acts: what a page showed may be out of date.
"""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from clients.registration.names import random_name
from clients.teams import queries
from clients.teams import team as rules
from clients.teams.models import InvitationRow, MemberRow, TeamRow
from clients.teams.team import Role
from idp import audit, divisions
from idp.base import clock
from idp.base.errors import Rejected
from idp.base.secret import Secret, digest, random_token
from idp.store.db import transaction


def create(*, name: str, division: str, person: str) -> str:
    """Make a team; whoever makes it owns it. Its id."""
    name = rules.checked_name(name)
    if divisions.find(division) is None:
        raise Rejected("team.place", "No division has this code", why="division")
    return _create(name, division, person)


def join(token: str, *, person: str) -> str:
    """Use an invitation: once, by the first. The id of the team."""
    found = queries.invitation(token)
    if found is None:
        raise _no_invitation()
    if queries.membership(found.team_id, person):
        raise _member_already()
    return _join(token, found.team_id, person)


@transaction
def invite(session: Session, team_id: str, role: Role, *, person: str) -> Secret:
    """Make a one-time link into the team; its token, shown once. Developers may call testers only."""
    demand(session, team_id, person, "developer" if role == "tester" else "owner")
    moment = clock.now()
    session.execute(delete(InvitationRow).where(InvitationRow.expires_at <= moment))
    open_ones = select(func.count()).select_from(InvitationRow).where(InvitationRow.team_id == team_id)
    if session.execute(open_ones).scalar_one() >= rules.MOST_INVITATIONS:
        raise Rejected("team.invitations", "Too many invitations are open", why="invitations", status=409)
    token, name = random_token(), random_name(12)
    session.add(
        InvitationRow(
            digest=digest(token), id=name, team_id=team_id, role=role, created_by=person,
            expires_at=moment + rules.INVITATION_LIFETIME,
        )
    )  # fmt: skip
    audit.record_in(session, "team.invite", person=person, team=team_id, role=role, action="made")
    return Secret(token)


@transaction
def withdraw(session: Session, team_id: str, invitation_id: str, *, person: str) -> None:
    """Make a link worthless."""
    demand(session, team_id, person, "developer")
    mine = (InvitationRow.team_id == team_id, InvitationRow.id == invitation_id)
    gone = session.execute(delete(InvitationRow).where(*mine).returning(InvitationRow.role)).first()
    if gone is None:
        raise _no_invitation()
    if gone.role != "tester":
        demand(session, team_id, person, "owner")
    audit.record_in(session, "team.invite", person=person, team=team_id, role=gone.role, action="withdrawn")


@transaction
def set_role(session: Session, team_id: str, member: str, role: Role, *, person: str) -> None:
    """Give somebody else another role."""
    demand(session, team_id, person, "owner")
    row = _member(session, team_id, member)
    if member == person:
        raise Rejected("team.own", "Nobody changes his own role", why="own", status=403)
    previous, row.role = row.role, role
    _withdraw_theirs(session, team_id, member)
    audit.record_in(
        session, "team.change", person=person, team=team_id, action="role", member=member, role=role,
        previous=previous,
    )  # fmt: skip


@transaction
def remove(session: Session, team_id: str, member: str, *, person: str) -> None:
    """Take somebody out of the team, or leave it; an owner stays until there is another one."""
    demand(session, team_id, person, "tester")
    row = _member(session, team_id, member)
    if member != person:
        demand(session, team_id, person, "developer" if row.role == "tester" else "owner")
    owners = select(MemberRow.person_id).where(MemberRow.team_id == team_id, MemberRow.role == "owner")
    if row.role == "owner" and len(session.execute(owners).all()) == 1:
        raise Rejected("team.last_owner", "The last owner stays", why="last owner", status=409)
    session.delete(row)
    _withdraw_theirs(session, team_id, member)
    audit.record_in(
        session, "team.change", person=person, team=team_id, action="removed", member=member, role=row.role
    )


@transaction
def _create(session: Session, name: str, division: str, person: str) -> str:
    made = select(func.count()).select_from(TeamRow).where(TeamRow.created_by == person)
    if session.execute(made).scalar_one() >= rules.MOST_TEAMS:
        raise Rejected("team.most", f"A person makes at most {rules.MOST_TEAMS} teams", status=409)
    moment, team_id = clock.now(), random_name(12)
    session.add(
        TeamRow(id=team_id, name=name, division=division, department="", created_by=person, created_at=moment)
    )
    session.add(MemberRow(team_id=team_id, person_id=person, role="owner", since=moment))
    audit.record_in(session, "team.create", person=person, team=team_id, division=division)
    return team_id


@transaction
def _join(session: Session, token: str, team_id: str, person: str) -> str:
    session.execute(select(TeamRow.id).where(TeamRow.id == team_id).with_for_update())
    taken = session.execute(
        delete(InvitationRow)
        .where(InvitationRow.digest == digest(token), InvitationRow.expires_at > clock.now())
        .returning(InvitationRow.role)
    ).first()
    if taken is None:
        raise _no_invitation()
    there = select(func.count()).select_from(MemberRow).where(MemberRow.team_id == team_id)
    if session.execute(there).scalar_one() >= rules.MOST_MEMBERS:
        raise Rejected("team.full", f"A team has at most {rules.MOST_MEMBERS} members", status=409)
    if session.get(MemberRow, (team_id, person)):
        raise _member_already()
    session.add(MemberRow(team_id=team_id, person_id=person, role=taken.role, since=clock.now()))
    audit.record_in(session, "team.join", person=person, team=team_id, role=taken.role)
    return team_id


def demand(session: Session, team_id: str, person: str, role: Role) -> None:
    """Whoever acts holds that role now, and nobody else changes the team meanwhile.

    For whom is not in it, the team does not exist.
    """
    session.execute(select(TeamRow.id).where(TeamRow.id == team_id).with_for_update())
    row: MemberRow | None = session.get(MemberRow, (team_id, person))
    if row is None:
        raise Rejected("not_found", why="not of this team", status=404)
    held = rules.Member(team_id=team_id, person_id=person, role=rules.checked_role(row.role), since=row.since)
    if not held.may(role):
        raise Rejected("permission", why=f"needs {role}", status=403)


def _member(session: Session, team_id: str, person: str) -> MemberRow:
    row: MemberRow | None = session.get(MemberRow, (team_id, person))
    if row is None:
        raise Rejected("not_found", why="nobody of this team", status=404)
    return row


def _withdraw_theirs(session: Session, team_id: str, person: str) -> None:
    """Make worthless what somebody handed out in another role: nobody comes back by a link of his own."""
    session.execute(
        delete(InvitationRow).where(InvitationRow.team_id == team_id, InvitationRow.created_by == person)
    )


def _member_already() -> Rejected:
    return Rejected("team.member", "Already in this team", why="member", status=409)


def _no_invitation() -> Rejected:
    return Rejected("team.invitation", "The invitation is used or has expired", why="invitation", status=404)
