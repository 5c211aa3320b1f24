"""Who comes in: asked before every page of the console, and every refusal is recorded.

For networks that are not staff's, and for accounts that are used from elsewhere than agreed, there is no
console (attack book L13, L19, L27).
"""

from flask import Response, current_app, g, request

from idp import pages, settings
from idp.admin import denials
from idp.admin.needs import need_of
from idp.base import trace
from idp.base.errors import Rejected
from idp.pages import cookies, see_other
from idp.pages.onward import page_below
from idp.staff import Member, sessions
from idp.staff.member import lies_in
from idp.staff.sessions import StaffSession

COOKIE = "staff"


def admit() -> Response | None:
    """Let this request in, or send its sender where he can be let in; raises ``Rejected``."""
    address = trace.current().address
    if not lies_in(address, settings.current().staff_networks):
        raise Rejected("not_found", why="network", status=404)
    need = need_of(current_app.view_functions.get(request.endpoint or ""))
    if need is None:
        raise Rejected("not_found", why="the page names no permission", status=404)
    cookie = cookies.only(COOKIE)
    found = sessions.find(cookie) if cookie else None
    if found is not None:
        g.staff_cookie, (g.staff_session, g.staff) = cookie, found
    if not need.member:
        return None
    if found is None:
        return to_login()
    if not g.staff.comes_from(address):
        raise Rejected("not_found", why="network of the account", status=404)
    if g.staff.password_expired and request.endpoint not in (
        "admin.password",
        "admin.set_password",
        "admin.logout",
    ):
        return see_other("/admin/password")
    if need.permission and need.permission not in g.staff.permissions:
        raise Rejected("permission", why=need.permission, status=403)
    if need.fresh and not g.staff_session.fresh:
        return see_other(f"/admin/confirm?next={_page()}")
    return None


def member() -> Member:
    """Who is logged in to the console."""
    found: Member | None = g.get("staff")
    if found is None:
        raise Rejected("AUTH-007", why="nobody of staff", status=403)
    return found


def session() -> StaffSession:
    """The session of the member."""
    found: StaffSession | None = g.get("staff_session")
    if found is None:
        raise Rejected("AUTH-007", why="nobody of staff", status=403)
    return found


def denied(refused: Rejected) -> Response:
    """The page of a refusal; what somebody was not let do, or not let see, is recorded."""
    denials.record(refused, g.staff.id if g.get("staff") else None)
    return pages.refuse(refused.code, refused.status, home="/admin/" if g.get("staff") else "/")


def to_login() -> Response:
    """To the way in, and from there to the page asked for."""
    return see_other(f"/admin/login?next={_page()}")


def _page() -> str:
    """The page to come back to: of a form that was sent, the page it stood on."""
    return pages.local_path(page_below("/admin/"), "/admin/")
