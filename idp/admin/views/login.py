"""The way into the console and out of it, and the factor asked for again."""

from flask import Response, flash, g, request

from idp import audit, pages
from idp.admin import entry, guard
from idp.admin.needs import ANY_MEMBER, OPEN, marked
from idp.admin.views.frame import blueprint
from idp.login.throttle import Paused
from idp.pages import _, cookies, see_other
from idp.staff import sessions


@blueprint.get("/login")
@marked(OPEN)
def login() -> Response:
    """Name, password and code on one page, so that no answer tells which was wrong."""
    return see_other(_next()) if g.get("staff") else _form({})


@blueprint.post("/login")
@marked(OPEN)
def log_in() -> Response:
    """Begin a session under a fresh cookie."""
    form = request.form
    try:
        member = entry.enter(form.get("login_name", ""), form.get("password", ""), form.get("code", ""))
    except Paused as pause:
        return _form({"": pages.message("AUTH-005", s=pause.seconds)}, 429)
    if member is None:
        return _form({"": _("登录名、密码或验证码不正确，请重新输入。")}, 400)
    return keep(see_other(_next()), sessions.start(member))


@blueprint.get("/confirm")
@marked(ANY_MEMBER)
def confirm() -> Response:
    """Ask for the code again before something sensitive (ASVS 5.0 §7.5.3)."""
    return _confirmation({})


@blueprint.post("/confirm")
@marked(ANY_MEMBER)
def confirmed() -> Response:
    """The session is fresh for five minutes, under a new cookie."""
    try:
        right = entry.prove(guard.member(), request.form.get("code", ""))
    except Paused as pause:
        return _confirmation({"code": pages.message("AUTH-005", s=pause.seconds)}, 429)
    if not right:
        return _confirmation({"code": pages.message("AUTH-003")}, 400)
    flash(_("已确认。请继续刚才的操作。"))
    return keep(see_other(_next()), sessions.proved(g.staff_cookie, guard.session()))


@blueprint.post("/logout")
@marked(ANY_MEMBER)
def logout() -> Response:
    """End the session."""
    sessions.end(g.staff_cookie)
    audit.record("staff.logout", staff=guard.member().id)
    response = see_other("/admin/login")
    cookies.clear(response, guard.COOKIE)
    return response


def keep(response: Response, cookie: str) -> Response:
    """Hand the browser a session of staff; no other site's link or form carries it (SameSite=Strict)."""
    cookies.put(response, guard.COOKIE, cookie, samesite="Strict")
    return response


def _next() -> str:
    wanted = pages.local_path(request.values.get("next", ""), "/admin/")
    return wanted if wanted.startswith("/admin/") else "/admin/"


def _form(errors: dict[str, str], status: int = 200) -> Response:
    typed = request.form.get("login_name", "")[:60]
    return pages.render("admin/login.html", status, errors=errors, typed=typed, next=_next())


def _confirmation(errors: dict[str, str], status: int = 200) -> Response:
    return pages.render(
        "admin/confirm.html", status, errors=errors, member=guard.member(), menu=(), here="", next=_next()
    )
