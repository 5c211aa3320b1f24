"""What all pages of the console share: the guard in front, the menu of what one may do."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, flash

from idp import divisions, pages
from idp.admin import guard
from idp.base.errors import Rejected
from idp.divisions import NATION
from idp.pages import see_other
from idp.staff import ROLES

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
blueprint.before_request(guard.admit)
blueprint.register_error_handler(Rejected, guard.denied)

#: The sections in the order of the menu: address, name, the permission without which it is not shown.
MENU = (
    ("", pages.mark("概况"), ""),
    ("applications", pages.mark("上线申请"), "admin:applications:read"),
    ("statistics", pages.mark("统计"), "admin:statistics:read"),
    ("people", pages.mark("用户"), "admin:people:search"),
    ("clients", pages.mark("接入应用"), "admin:clients:read"),
    ("deliveries", pages.mark("退出通知"), "admin:deliveries:read"),
    ("keys", pages.mark("密钥"), "admin:keys:read"),
    ("alarms", pages.mark("告警"), "admin:alarms:read"),
    ("policies", pages.mark("策略"), "admin:policies:read"),
    ("explain", pages.mark("查询拒绝原因"), "admin:explain:read"),
    ("records", pages.mark("审计记录"), "admin:audit:read"),
    ("health", pages.mark("运行状态"), "admin:health:read"),
    ("staff", pages.mark("管理员"), "admin:staff:read"),
    ("places", pages.mark("行政区划和部门"), "admin:divisions:read"),
    ("configuration", pages.mark("配置文件"), "admin:configuration:read"),
)

#: What belongs to the platform as a whole: seen from the nation alone.
_WHOLE = frozenset(("health", "keys"))


def show(template: str, here: str, status: int = 200, **context: Any) -> Response:
    """A page with the menu, ``here`` marked in it."""
    member = guard.member()
    menu = [
        (path, name)
        for path, name, needed in MENU
        if (not needed or needed in member.permissions) and (path not in _WHOLE or reaches_all())
    ]
    return pages.render(
        f"admin/{template}.html", status, menu=menu, here=here, member=member, roles=ROLES, **context
    )


def reaches_all() -> bool:
    """Whether the member administers the whole platform."""
    reach = guard.member().reach
    return reach.division == NATION and not reach.department


def demand_all() -> None:
    """Raise ``Rejected`` unless the member administers the whole platform."""
    if not reaches_all():
        raise Rejected("not_found", why="the whole platform is out of reach", status=404)


def place_of(division: str, department: str) -> str:
    """Where something stands, in the reader's language."""
    return places_of([(division, department)])[division, department]


def places_of(stands: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Where many things stand, named in two statements."""
    wanted = set(stands)
    found = divisions.named({code for code, _ in wanted}, {body for _, body in wanted if body})
    said: dict[tuple[str, str], str] = {}
    for stand in wanted:
        names = [found[one] for one in stand if one in found]
        said[stand] = " · ".join(one.name if pages.chinese() else one.name_en for one in names) or stand[0]
    return said


def done(text: str, path: str) -> Response:
    """Say what was done on the page that shows the result."""
    flash(text)
    return see_other(path)


#: What a form is told, by the code of the refusal.
_REFUSALS = {
    "AUTH-003": pages.mark("验证码不正确，请核对后重新输入。"),
    "announcement.long": pages.mark("公告最长显示90天，请提前结束时间。"),
    "announcement.many": pages.mark("此应用已有三条公告，请先撤下一条。"),
    "announcement.order": pages.mark("结束时间须晚于开始时间和现在。"),
    "announcement.text": pages.mark("中英文内容都须为1至200个可见字符，不得包含网址、邮箱和电话号码。"),
    "announcement.time": pages.mark("请选择日期和时间。"),
    "audit.day": pages.mark("日期须写成2026-11-22的形式。"),
    "audit.no_root": pages.mark("这段时间还没有签名根，请在下一个整点之后导出。"),
    "audit.range_empty": pages.mark("截止日期须不早于起始日期。"),
    "audit.range_long": pages.mark("这段时间的记录太多，请缩短时间，或在服务器上使用命令 idp audit export。"),
    "audit.reason_missing": pages.mark("请写明导出理由，4至120个字符。"),
    "delivery.state": pages.mark("这条通知已经送达或者正在处理，无需重发。"),
    "division.import": pages.mark("文件有误，没有导入任何内容：%(why)s"),
    "division.name": pages.mark("名称须为1至60个可见字符。"),
    "id_number.check": pages.mark("证件号码校验未通过，请核对每一位。"),
    "id_number.date": pages.mark("证件号码中的出生日期不存在，请核对。"),
    "id_number.format": pages.mark("这不是完整的证件号码，请核对。"),
    "inquiry.case": pages.mark("请填写案件或工单编号：4至40个字母、数字、汉字或短横线，不得是证件号码。"),
    "inquiry.personal": pages.mark("理由中不得包含证件号码、电话等个人信息。"),
    "inquiry.reason": pages.mark("请写明查找理由，4至120个字符。"),
    "key.pending": pages.mark("新密钥已经发布，尚未启用，无需再次轮换。"),
    "password.characters": pages.mark("密码中有不能使用的字符，请换一个。"),
    "password.classes": pages.mark("密码须包含大写字母、小写字母、数字、其他符号中的至少三种。"),
    "password.common": pages.mark("这个密码太常见，容易被猜到，请换一个。"),
    "password.context": pages.mark("密码不能包含登录名或姓名，请换一个。"),
    "password.former": pages.mark("不能使用最近用过的密码，请换一个。"),
    "password.long": pages.mark("密码太长，请缩短。"),
    "password.short": pages.mark("密码至少需要12个字符。"),
    "person.status": pages.mark("账号当前状态不允许此操作，未作变更。"),
    "policy.many": pages.mark("这里已有20份草稿，请先发布或放弃一些。"),
    "policy.same": pages.mark("与现行策略没有差别，无需发布。"),
    "policy.stale": pages.mark("现行策略已经变更，请在新版本上重新修改。"),
    "policy.why": pages.mark("请写明变更理由，2至300个字符，不含标记和不可见字符。"),
    "precondition_failed": pages.mark("账号状态已经变化，请刷新后重新操作。"),
    "role.separation": pages.mark("系统管理、安全管理、审计管理的角色不能由同一人担任（三员分立）。"),
    "staff.login_name": pages.mark(
        "登录名须为3至40个字符：小写字母开头，可用小写字母、数字、点、下划线和短横线。"
    ),
    "staff.name": pages.mark("姓名须为1至60个可见字符。"),
    "staff.networks": pages.mark("网络地址须写成网段，例如10.1.0.0/16，最多20个。"),
    "staff.state": pages.mark("账号状态已经变化，请刷新后重新操作。"),
    "staff.taken": pages.mark("这个登录名已被使用，请换一个。"),
}


def sentence(refused: Rejected) -> str:
    """What a form says about a refusal; one that is not the form's raises again."""
    if refused.code not in _REFUSALS:
        raise refused
    return pages._(_REFUSALS[refused.code], why=refused.hint)
