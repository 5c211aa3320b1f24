"""A one-time link into a team, at the browser of whoever was given it."""

from flask import Response

from clients import teams
from clients.teams import Invitation, Team, queries
from clients.teams.service import members
from clients.teams.team import LOWEST_LEVEL
from idp.base import clock
from idp.base.errors import Rejected
from idp.developers.needs import needs
from idp.developers.views.frame import blueprint, done, sentence, show
from idp.pages import _, see_other
from idp.pages.visitor import current, me
from idp.persons import age

OF_AGE = 14
"""Whoever is younger agrees to nothing without a guardian."""


@blueprint.get("/join/<token>")
@needs(level=1)
def invitation(token: str) -> Response:
    """Who calls, and as what; opening the page spends nothing."""
    return _form(token, {})


@blueprint.post("/join/<token>")
@needs(level=1)
def join(token: str) -> Response:
    """Use the invitation."""
    found, _team = _invitation(token)
    if found.role != "tester" and current().level < LOWEST_LEVEL:
        return _form(token, {"": _("开发团队成员需要中级实名以上，请先提升实名等级。")})
    if _minor():
        return _form(token, {"": _("未满14周岁不能参加测试。")})
    try:
        team_id = members.join(token, person=me().id)
    except Rejected as refused:
        return _form(token, {"": sentence(refused)})
    if found.role == "tester":
        return see_other("/account/")
    return done(_("您已加入团队。"), f"/developers/teams/{team_id}")


def _minor() -> bool:
    """Whether I cannot agree to give data alone (PIPL art. 31)."""
    born = me().birthdate
    return born is not None and age.on(born, clock.today()) < OF_AGE


def _form(token: str, errors: dict[str, str]) -> Response:
    found, team = _invitation(token)
    return show("join", status=400 if errors else 200, token=token, invited=found, of=team, errors=errors)


def _invitation(token: str) -> tuple[Invitation, Team]:
    found = queries.invitation(token)
    team = teams.find(found.team_id) if found else None
    if found is None or team is None:
        raise Rejected("team.invitation", why="unknown, used or expired", status=404)
    return found, team
