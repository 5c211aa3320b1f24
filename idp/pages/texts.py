"""What pages say when something cannot be done: one sentence for what happened and what to do next.

Codes are those of the domain's message table (AUTH, ID, ORG, CONS, APP) and those ``Rejected`` carries.
"""

from typing import NamedTuple

from idp.pages.language import mark


class Refusal(NamedTuple):
    """A heading and a sentence."""

    title: str
    text: str


_SIGN_IN = mark("暂时不能登录")
_CHECK = mark("请核对您填写的内容")
_APP = mark("该应用的请求无法处理")
_STALE = mark("为保护您的账号，本次操作未执行")

REFUSALS: dict[str, Refusal] = {
    "APP-001": Refusal(_APP, mark("应用回调地址未登记，已停止跳转。请联系应用负责人。")),
    "APP-002": Refusal(_APP, mark("该应用已停用，暂时无法登录。")),
    "APP-003": Refusal(_APP, mark("请求无法处理，请返回应用重试。")),
    "APP-004": Refusal(mark("请重新发起登录"), mark("这次登录请求已过期或已经使用过，请返回应用重新登录。")),
    "APP-005": Refusal(
        mark("该应用仍在测试"),
        mark(
            "这是沙箱应用，只有开发团队成员和受邀的测试人员可以登录。如需参加测试，请联系开发团队索取邀请。"
        ),
    ),
    "AUTH-001": Refusal(_CHECK, mark("账号或密码不正确，请重新输入。还可尝试%(n)s次。")),
    "AUTH-002": Refusal(_SIGN_IN, mark("为保护您的账号，登录已暂停，请%(m)s分钟后再试。")),
    "AUTH-003": Refusal(_CHECK, mark("验证码不正确，请核对后重新输入。")),
    "AUTH-005": Refusal(mark("操作过于频繁"), mark("操作过于频繁，请%(s)s秒后再试。")),
    "AUTH-007": Refusal(mark("请重新登录"), mark("您长时间未操作，已自动退出，请重新登录。")),
    "AUTH-009": Refusal(
        mark("实名等级不足"), mark("该事项需要“%(level)s”，您当前为“%(current)s”，请先提升实名等级。")
    ),
    "AUTH-010": Refusal(
        mark("还没有二次验证方式"), mark("您还没有可用的二次验证方式，请先在账号中心绑定验证器。")
    ),
    "application.client_id": Refusal(_CHECK, mark("应用标识须为1至64个小写字母、数字和短横线。")),
    "application.comment": Refusal(_CHECK, mark("请填写意见，2至500个字符；驳回时必须说明理由。")),
    "application.day": Refusal(_CHECK, mark("日期请写成2026-11-22的形式。")),
    "application.effective": Refusal(_CHECK, mark("生效日期须在一年之内。")),
    "application.faults": Refusal(_CHECK, mark("申请还不完整，请按下方自动检查的结果修改。")),
    "application.jwks": Refusal(_CHECK, mark("公钥集须为JSON格式。")),
    "application.private_key": Refusal(
        _CHECK, mark("填写的是私钥，没有保存。请只填写公钥，并立即更换这个私钥。")
    ),
    "application.level": Refusal(mark("超出审批权限"), mark("申请中包含须由上级审批的数据，请转上级审批。")),
    "application.most": Refusal(_CHECK, mark("未办结的申请已达上限，请先办结或放弃一些。")),
    "application.open": Refusal(_CHECK, mark("这个应用已有一份未办结的申请，请先办结或放弃。")),
    "application.own": Refusal(mark("超出审批权限"), mark("不能审批自己提交的申请，请由其他人员审批。")),
    "application.size": Refusal(_CHECK, mark("填写的内容太长，请缩短。")),
    "application.stale": Refusal(
        mark("申请已经变化"), mark("申请在您查看之后已有变化，本次操作未执行。请看过最新内容后重新操作。")
    ),
    "application.state": Refusal(
        mark("申请已经变化"), mark("申请当前状态不允许此操作，未作变更。请看过最新内容后重新操作。")
    ),
    "application.taken": Refusal(_CHECK, mark("这个应用标识属于其他单位，请换一个。")),
    "application.twice": Refusal(mark("超出审批权限"), mark("您已审批过这份申请，须由另一人完成下一步。")),
    "CONS-010": Refusal(mark("页面已失效"), mark("这次授权询问已经结束或已过期，请返回应用重新操作。")),
    "CONS-011": Refusal(_STALE, mark("这次授权询问属于另一位用户，请返回应用重新操作。")),
    "ID-001": Refusal(_CHECK, mark("证件号码格式不正确，请检查是否为18位（末位可为X）。")),
    "ID-002": Refusal(_CHECK, mark("证件号码校验未通过，请核对每一位。")),
    "ID-003": Refusal(_CHECK, mark("证件号码中的出生日期不存在，请核对。")),
    "ID-006": Refusal(_CHECK, mark("统一社会信用代码格式不正确（18位，不含I、O、S、V、Z）。")),
    "ID-007": Refusal(mark("该企业暂时不能办理"), mark("该企业当前登记状态无法办理，请向登记机关咨询。")),
    "ORG-001": Refusal(
        mark("没有可代表的企业"), mark("您暂无可代表的企业。请绑定企业或联系企业管理员授权。")
    ),
    "approval.over": Refusal(
        mark("这次请求已经结束"),
        mark("这次请求已经办理、已经过期，或者不是向您发出的。如需继续，请在设备或应用上重新发起。"),
    ),
    "team.invitation": Refusal(
        mark("邀请已失效"), mark("这个邀请已被使用、已撤回或已过期。请向邀请您的人索取新的邀请。")
    ),
    "cross_site": Refusal(_STALE, mark("页面已过期，或者请求来自其他网站。请返回上一页，刷新后重新操作。")),
    "stopped.above": Refusal(
        mark("由上级停用"), mark("这是由上级停用或冻结的，只能由上级恢复。如需恢复，请向上级说明情况。")
    ),
}

STATUSES: dict[int, Refusal] = {
    400: Refusal(mark("请求无法处理"), mark("请返回上一页重试，或者从首页重新进入。")),
    403: Refusal(
        mark("不能进行这项操作"), mark("您当前的登录不能进行这项操作。请返回首页，重新登录后再试。")
    ),
    404: Refusal(mark("没有找到这个页面"), mark("网址可能有误，或者页面已经移动。请从首页重新进入。")),
    405: Refusal(mark("不能这样访问这个页面"), mark("请从首页重新进入，不要直接打开这个网址。")),
    413: Refusal(mark("提交的内容过多"), mark("请减少内容后重新提交。")),
    415: Refusal(mark("提交的内容格式不对"), mark("请通过本网站的页面提交。")),
    429: Refusal(mark("操作过于频繁"), mark("操作过于频繁，请%(s)s秒后再试。")),
    431: Refusal(
        mark("浏览器发送的Cookie过多"),
        mark("请在浏览器设置中清除本网站及上级域名的Cookie，然后重新打开页面。"),
    ),
    500: Refusal(mark("系统出错了"), mark("这不是您的问题，您的账号没有受到影响。请稍后再试。")),
    503: Refusal(mark("系统繁忙"), mark("系统繁忙，请%(s)s秒后再试。已办理完成的事项不受影响。")),
}


def of(code: str, status: int) -> Refusal:
    """The text of a code, else that of the status, else that of a bad request."""
    return REFUSALS.get(code) or STATUSES.get(status) or STATUSES[400]
