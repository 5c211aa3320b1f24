"""What all pages of developers share: the guard in front, the menu of the team one is looking at."""

from typing import Any

from flask import Blueprint, Response, flash, g

from clients import teams
from idp import pages
from idp.base.errors import Rejected
from idp.developers import guard
from idp.pages import see_other

blueprint = Blueprint("developers", __name__, url_prefix="/developers")
blueprint.before_request(guard.admit)
blueprint.register_error_handler(Rejected, guard.denied)

#: The sections of a team in the order of the menu: path, name.
MENU = (
    ("", pages.mark("沙箱应用")),
    ("/applications", pages.mark("上线申请")),
    ("/members", pages.mark("成员和测试人员")),
    ("/settings", pages.mark("团队设置")),
)
ROLES: dict[teams.Role, str] = {
    "owner": pages.mark("负责人"),
    "developer": pages.mark("开发人员"),
    "viewer": pages.mark("只读成员"),
    "tester": pages.mark("测试人员"),
}


def show(template: str, here: str = "", status: int = 200, **context: Any) -> Response:
    """A page, with the menu of its team and ``here`` marked in it."""
    return pages.render(
        f"developers/{template}.html",
        status,
        menu=MENU if g.get("team") else (),
        here=here,
        team=g.get("team"),
        member=g.get("member"),
        role_names=ROLES,
        **context,
    )


def done(text: str, path: str) -> Response:
    """Say what was done on the page that shows the result."""
    flash(text)
    return see_other(path)


#: What a form is told, by the code of the refusal.
_REFUSALS = {
    "sandbox.disabled": pages.mark("该应用已被管理员停用，不能修改。请联系平台管理员。"),
    "sandbox.most": pages.mark("团队的沙箱应用已达上限，请先删除不用的应用。"),
    "client.secrets": pages.mark("仍有多个旧密钥有效，请等待其到期，或选择立即失效。"),
    "team.full": pages.mark("团队人数已达上限，请先移除不再参与的成员。"),
    "team.invitations": pages.mark("未使用的邀请过多，请先撤回一些。"),
    "team.last_owner": pages.mark("团队至少要有一名负责人，请先指定其他负责人。"),
    "team.member": pages.mark("您已经是这个团队的成员。"),
    "team.most": pages.mark("您建立的团队已达上限。"),
    "team.name": pages.mark("名称须为2至40个字符，只能使用汉字、字母、数字和常用标点。"),
    "team.own": pages.mark("不能修改自己的角色，请由其他负责人修改。"),
    "team.place": pages.mark("没有这个行政区划或部门，请核对六位代码。"),
    "team.role": pages.mark("请选择一个角色。"),
}


def sentence(refused: Rejected) -> str:
    """What a form says about a refusal; one that is not the form's raises again."""
    if refused.code not in _REFUSALS:
        raise refused
    return pages._(_REFUSALS[refused.code])
