"""My teams, and where one of them stands."""

from flask import Response, request

from clients.teams import queries
from clients.teams.service import members, places
from idp import divisions
from idp.base.errors import Rejected
from idp.developers.guard import team
from idp.developers.needs import needs
from idp.developers.views.frame import blueprint, done, sentence, show
from idp.divisions import NATION, Reach, parent_of
from idp.pages import _
from idp.pages.visitor import me

_MOST = 200


@blueprint.get("/")
@needs()
def home() -> Response:
    """The teams I am in, and a form for another one."""
    return _home({})


@blueprint.post("/teams")
@needs()
def create_team() -> Response:
    """Make a team of my own."""
    form = request.form
    try:
        made = members.create(
            name=form.get("name", ""), division=form.get("division", NATION).strip(), person=me().id
        )
    except Rejected as refused:
        return _home({"division" if refused.code == "team.place" else "name": sentence(refused)})
    return done(_("团队已建立。现在可以建立第一个沙箱应用。"), f"/developers/teams/{made}")


@blueprint.get("/teams/<team_id>/settings")
@needs("viewer")
def team_settings(team_id: str) -> Response:
    """Name and place of the team."""
    return _settings({})


@blueprint.post("/teams/<team_id>/settings")
@needs("owner", fresh=True)
def change_team(team_id: str) -> Response:
    """Rename it, or say where it stands."""
    form = request.form
    try:
        places.place(
            team_id,
            name=form.get("name", ""),
            division=form.get("division", "").strip(),
            department=form.get("department", ""),
            person=me().id,
        )
    except Rejected as refused:
        return _settings({"division" if refused.code == "team.place" else "name": sentence(refused)})
    return done(_("团队设置已保存。"), f"/developers/teams/{team_id}/settings")


def _home(errors: dict[str, str]) -> Response:
    found = queries.of_person(me().id)
    return show(
        "home",
        status=400 if errors else 200,
        rows=[(one, place) for one, place in found if place.may("viewer")],
        tested=[one for one, place in found if not place.may("viewer")],
        division=_nearest(me().service_region),
        typed=request.form,
        errors=errors,
    )


def _nearest(region: str | None) -> str:
    """The person's own division or the nearest one above that the tree knows; the nation has them all."""
    code = region or NATION
    while code != NATION and divisions.find(code) is None:
        code = parent_of(code) or NATION
    return code


def _settings(errors: dict[str, str]) -> Response:
    place = divisions.find(team().division)
    departments = divisions.departments(Reach(division=team().division), most=_MOST)
    return show(
        "settings",
        "/settings",
        400 if errors else 200,
        division=place,
        departments=[one for one in departments if one.division == team().division and one.active],
        typed=request.form,
        errors=errors,
    )
