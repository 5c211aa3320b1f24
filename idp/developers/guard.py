"""Who comes in: asked before every page of developers.

A team one is not in, and a client of another team, are not there: 404, and recorded (attack book L13, L27).
"""

from flask import Response, current_app, flash, g, request

from clients import teams
from clients.teams import Member, Team
from idp import audit, login, logout, pages
from idp.base import clock
from idp.base.errors import Rejected
from idp.developers.needs import Need, need_of
from idp.login import Requirement
from idp.pages import cookies, see_other
from idp.pages.onward import page_below
from idp.pages.visitor import current, me

#: Seconds a login counts as fresh for what is dangerous in a stolen session (ASVS 5.0 §7.5.3).
FRESH = 300


def admit() -> Response | None:
    """Let this request in, or send its sender to log in; raises ``Rejected``."""
    need = need_of(current_app.view_functions.get(request.endpoint or ""))
    if need is None:
        raise Rejected("not_found", why="the page names no role", status=404)
    session = pages.session()
    if session is None:
        return _to_login(Requirement(level=need.level))
    if not me().active:
        logout.end(session, reason="the person is no longer active")
        response = pages.refuse("person.inactive", 403)
        cookies.clear(response, "sid")
        return response
    if session.level < need.level:
        return _to_login(Requirement(level=need.level))
    _demand_place(need)
    if need.fresh and clock.now() - session.auth_time > FRESH:
        return _to_login(Requirement(level=need.level, max_age=FRESH))
    return None


def team() -> Team:
    """The team of this page's address."""
    found: Team | None = g.get("team")
    if found is None:
        raise Rejected("not_found", why="the address names no team", status=404)
    return found


def member() -> Member:
    """My place in the team of this page's address."""
    found: Member | None = g.get("member")
    if found is None:
        raise Rejected("not_found", why="the address names no team", status=404)
    return found


def denied(refused: Rejected) -> Response:
    """The page of a refusal; what somebody was not let do, or not let see, is recorded once."""
    session = pages.session()
    if refused.status in (403, 404):
        named = request.view_args or {}
        audit.record(
            "team.deny",
            outcome="refused",
            person=session.person_id if session else None,
            client=named.get("client_id"),
            reason=refused.why,
            error=refused.code,
            action=f"{request.method} {request.endpoint}",
            team=named.get("team_id"),
        )
    return pages.refuse(refused.code, refused.status, home="/developers/")


def _demand_place(need: Need) -> None:
    """Team and client of the address are there, for this person; the role is enough."""
    named = request.view_args or {}
    if "team_id" not in named:
        return
    found, place = teams.find(named["team_id"]), teams.membership(named["team_id"], current().person_id)
    # A tester builds nothing: for him there is no more to see than for a stranger.
    if found is None or place is None or not place.may("viewer"):
        raise Rejected("not_found", why="not of this team", status=404)
    if "client_id" in named and named["client_id"] not in teams.client_ids(found.id):
        raise Rejected("not_found", why="not a client of this team", status=404)
    if need.role and not place.may(need.role):
        raise Rejected("permission", why=f"needs {need.role}", status=403)
    g.team, g.member = found, place


def _to_login(requirement: Requirement) -> Response:
    """To the login, and from there to the page asked for; of a form that was sent, the page it stood on."""
    if request.method != "GET":
        flash(pages._("请再次确认身份。刚才的操作还没有进行，确认后请再提交一次。"), "warning")
    query = f"?{request.query_string.decode('latin-1')}" if request.method == "GET" else ""
    attempt = login.attempts.start(
        browser=pages.browser(),
        return_to=pages.local_path(page_below("/developers/") + query.rstrip("?"), "/developers/"),
        requirement=requirement,
    )
    return see_other(f"/login/{attempt}")
