"""What all account pages share: somebody is logged in, and after a change one is shown the list again."""

from typing import Any

from flask import Blueprint, Response, flash, request

from idp import login, logout, pages
from idp.login import Requirement
from idp.pages import cookies, see_other
from idp.pages.visitor import me

blueprint = Blueprint("account", __name__, url_prefix="/account")

#: The pages in the order of the menu: endpoint, name.
MENU = (
    ("overview", pages.mark("账号概况")),
    ("services", pages.mark("办事服务")),
    ("requests", pages.mark("待确认的登录请求")),
    ("sessions", pages.mark("登录设备管理")),
    ("consents", pages.mark("我的授权")),
    ("second-factor", pages.mark("二次验证")),
    ("password", pages.mark("修改密码")),
    ("history", pages.mark("登录记录")),
    ("activity", pages.mark("我的使用记录")),
)


@blueprint.before_request
def log_in_first() -> Response | None:
    """Whoever is not logged in logs in and comes back to the page asked for."""
    session = pages.session()
    if session is None:
        wanted = request.path if request.method == "GET" else "/account/"
        attempt = login.attempts.start(
            browser=pages.browser(),
            return_to=pages.local_path(wanted, "/account/"),
            requirement=Requirement(level=1),
        )
        return see_other(f"/login/{attempt}")
    if not me().active:
        logout.end(session, reason="the person is no longer active")
        response = pages.refuse("person.inactive", 403)
        cookies.clear(response, "sid")
        return response
    return None


def show(template: str, here: str, status: int = 200, **context: Any) -> Response:
    """A page with the menu, ``here`` marked in it."""
    return pages.render(f"account/{template}.html", status, menu=MENU, here=here, **context)


def done(text: str, path: str) -> Response:
    """Say what was done on the page that shows the result."""
    flash(text)
    return see_other(path)
