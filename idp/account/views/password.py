"""Change my password: the old one, and a new one that the policy takes."""

from flask import Response, flash, request

from idp import authenticators, logout, pages, sessions
from idp.account import proof
from idp.account.views.frame import blueprint, show
from idp.authenticators.password import policy
from idp.base.errors import Rejected
from idp.login.throttle import Paused
from idp.pages import _, see_other
from idp.pages.visitor import current
from idp.tokens.service import end_grants

_REFUSALS = {
    "password.characters": pages.mark("密码中有不能使用的字符，请换一个。"),
    "password.common": pages.mark("这个密码太常见，容易被猜到，请换一个。"),
    "password.context": pages.mark(
        "密码不能由姓名、生日、手机号或本平台名称等容易猜到的内容组成，请换一个。"
    ),
    "password.long": pages.mark("密码太长，请缩短。"),
    "password.short": pages.mark("密码至少需要%(n)s个字符。可以用几个不相关的词组成一句话，方便记忆。"),
}


@blueprint.get("/password")
def password() -> Response:
    """The form."""
    return _form({})


@blueprint.post("/password")
def change() -> Response:
    """Set the new password; every other login ends, and this one goes on under a new cookie."""
    session, new = current(), request.form.get("new", "")
    if errors := _wrong(request.form.get("old", ""), new, request.form.get("again", "")):
        return _form(errors)
    try:
        authenticators.password.set(session.person_id, new)
    except Rejected as refused:
        if refused.code not in _REFUSALS:
            raise
        least = policy.least_length(session.person_id)
        return _form({"new": _(_REFUSALS[refused.code], n=least)})
    logout.end_all(session.person_id, reason="password changed", keep=session.id)
    end_grants(session.person_id)
    cookie, _session = sessions.strengthen(session, ("pwd",))
    flash(_("密码已修改，其他设备上的登录已全部退出。"))
    response = see_other("/account/password")
    pages.set_session(response, cookie)
    return response


def _form(errors: dict[str, str]) -> Response:
    least = policy.least_length(current().person_id)
    return show("password", "password", 400 if errors else 200, errors=errors, least=least)


def _wrong(old: str, new: str, again: str) -> dict[str, str]:
    """What is wrong with the form; the old password is looked at last, so that a slip costs no try."""
    if not old:
        return {"old": _("请输入当前密码。")}
    if not new:
        return {"new": _("请输入新密码。")}
    if new != again:
        return {"again": _("两次输入的新密码不一致，请重新输入。")}
    if new == old:
        return {"new": _("新密码不能与当前密码相同。")}
    try:
        return {} if proof.password(current(), old) else {"old": _("密码不正确，请重新输入。")}
    except Paused as pause:
        return {"old": pages.message("AUTH-005", s=pause.seconds)}
