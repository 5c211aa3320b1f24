"""Who is in a team, and the links by which people come."""

from flask import Response, request

from clients.teams import client_ids, queries
from clients.teams.service import members
from clients.teams.team import ROLES, Member, checked_role
from idp import consent, persons, settings
from idp.base.errors import Rejected
from idp.base.secret import digest
from idp.consent import service as consents
from idp.developers.needs import needs
from idp.developers.views.frame import blueprint, done, sentence, show
from idp.pages import _, see_other
from idp.pages.visitor import me


@blueprint.get("/teams/<team_id>/members")
@needs("viewer")
def member_list(team_id: str) -> Response:
    """Everybody, with masked names; ids of persons stand on no page."""
    return _list(team_id, {})


@blueprint.post("/teams/<team_id>/invitations")
@needs("developer", fresh=True)
def invite(team_id: str) -> Response:
    """Make a one-time link and show it this once."""
    try:
        role = checked_role(request.form.get("role", ""))
        token = members.invite(team_id, role, person=me().id)
    except Rejected as refused:
        return _list(team_id, {"role": sentence(refused)})
    address = f"{settings.current().issuer}/developers/join/{token.reveal()}"
    return show("invited", "/members", address=address, role=role)


@blueprint.post("/teams/<team_id>/invitations/<invitation_id>/withdraw")
@needs("developer")
def withdraw_invitation(team_id: str, invitation_id: str) -> Response:
    """Make a link worthless."""
    members.withdraw(team_id, invitation_id, person=me().id)
    return done(_("邀请已撤回。"), f"/developers/teams/{team_id}/members")


@blueprint.post("/teams/<team_id>/members/<reference>/role")
@needs("owner", fresh=True)
def member_role(team_id: str, reference: str) -> Response:
    """Give somebody another role."""
    try:
        role = checked_role(request.form.get("role", ""))
        members.set_role(team_id, _found(team_id, reference).person_id, role, person=me().id)
    except Rejected as refused:
        return _list(team_id, {"": sentence(refused)})
    return done(_("角色已更新。"), f"/developers/teams/{team_id}/members")


@blueprint.post("/teams/<team_id>/members/<reference>/remove")
@needs("viewer", fresh=True)
def member_remove(team_id: str, reference: str) -> Response:
    """Take somebody out, or leave; what they agreed to at the team's clients ends with it."""
    gone = _found(team_id, reference)
    try:
        members.remove(team_id, gone.person_id, person=me().id)
    except Rejected as refused:
        return _list(team_id, {"": sentence(refused)})
    theirs = {kept.client_id for kept in consent.of_person(gone.person_id)}
    for client_id in theirs & {*client_ids(team_id)}:
        consents.withdraw(gone.person_id, client_id)
    if gone.person_id == me().id:
        return see_other("/developers/")
    return done(_("已移出团队。"), f"/developers/teams/{team_id}/members")


def reference_of(member: Member) -> str:
    """What a member is called in addresses of this team: nothing that means anything elsewhere."""
    return digest(f"{member.team_id}|{member.person_id}")[:22]


def _found(team_id: str, reference: str) -> Member:
    for member in queries.members(team_id):
        if reference_of(member) == reference:
            return member
    raise Rejected("not_found", why="nobody of this team", status=404)


def _name(person_id: str) -> str:
    person = persons.find(person_id)
    return person.name_masked if person and person.status != "closed" else ""


def _list(team_id: str, errors: dict[str, str]) -> Response:
    rows = [
        (
            member,
            reference_of(member),
            person.name_masked if (person := persons.find(member.person_id)) else "",
        )
        for member in queries.members(team_id)
    ]
    return show(
        "members",
        "/members",
        400 if errors else 200,
        rows=rows,
        invitations=queries.invitations(team_id),
        roles=ROLES,
        own=me().id,
        errors=errors,
    )
