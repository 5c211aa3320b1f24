"""What happened to one's own account, from the audit record."""

from collections.abc import Mapping
from typing import NamedTuple

from idp.audit import queries
from idp.pages import mark

#: Kind of event → what the citizen reads.
SHOWN: Mapping[str, str] = {
    "approval.deny": mark("拒绝了其他设备或应用的登录请求"),
    "approval.grant": mark("同意在其他设备或应用上登录"),
    "login.failure": mark("登录失败"),
    "login.success": mark("登录成功"),
    "login.throttled": mark("登录尝试过多，已暂停"),
    "mfa.enrol": mark("绑定验证器"),
    "mfa.remove": mark("解除绑定验证器"),
    "password.set": mark("设置密码"),
    "session.kill": mark("其他设备下线"),
    "step_up.success": mark("二次验证成功"),
}
LIMIT = 30


class Line(NamedTuple):
    """One event of the account."""

    time: int
    kind: str
    address: str
    client: str


def recent(person_id: str) -> list[Line]:
    """The newest events about logging in, newest first."""
    return [
        Line(event.time // 1_000_000, event.kind, event.address, event.client)
        for event in queries.of_person(person_id, sorted(SHOWN), limit=LIMIT)
    ]
