"""One's own password: changed when one likes, and every 90 days."""

from flask import Response, g, request

from idp.admin import entry, guard
from idp.admin.needs import ANY_MEMBER, marked
from idp.admin.views.frame import blueprint, done, sentence, show
from idp.admin.views.login import keep
from idp.base.errors import Rejected
from idp.login.throttle import Paused
from idp.pages import _, message
from idp.staff import service, sessions


@blueprint.get("/password")
@marked(ANY_MEMBER)
def password() -> Response:
    """The form."""
    return _form({})


@blueprint.post("/password")
@marked(ANY_MEMBER)
def set_password() -> Response:
    """Set a new password, for whoever shows the other factor; every other session ends."""
    own, new = guard.member(), request.form.get("password", "")
    if new != request.form.get("again", ""):
        return _form({"again": _("两次输入的新密码不一致，请重新输入。")})
    try:
        if not entry.prove(own, request.form.get("code", "")):
            return _form({"code": message("AUTH-003")})
        version = service.change_password(own, new)
    except Paused as pause:
        return _form({"code": message("AUTH-005", s=pause.seconds)})
    except Rejected as refused:
        return _form({"password": sentence(refused)})
    response = done(_("密码已修改，其他登录已全部退出。"), "/admin/")
    return keep(response, sessions.proved(g.staff_cookie, guard.session(), version))


def _form(errors: dict[str, str]) -> Response:
    return show("password", "password", 400 if errors else 200, errors=errors)
