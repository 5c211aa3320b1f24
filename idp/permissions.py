"""The closed list of what may be administered: ``admin:<noun>:<verb>``, alphabetical.

Every page of the console and every operation of its interface for programs names the one it needs; what names
none is open to nobody. Each belongs to some of the three administrations that nobody may combine (三员分立,
GB/T 22239-2019 §8.1.5): system, security and audit.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

Group = Literal["system", "security", "audit"]


class Permission(NamedTuple):
    """What a permission lets do, in both languages, and which administrations may have it."""

    chinese: str
    english: str
    groups: frozenset[Group]


def together(names: Iterable[str]) -> frozenset[Group]:
    """The administrations that may have all of these; none when they must not lie in one hand."""
    found: frozenset[Group] = frozenset(("system", "security", "audit"))
    for name in names:
        found &= PERMISSIONS[name].groups
    return found


def _permission(chinese: str, english: str, *groups: Group) -> Permission:
    return Permission(chinese, english, frozenset(groups))


PERMISSIONS: dict[str, Permission] = {
    "admin:alarms:read": _permission("查看告警", "See alarms", "security", "audit"),
    "admin:announcements:write": _permission("发布应用公告", "Announce something at a portal", "system"),
    "admin:applications:approve": _permission(
        "批准应用上线申请", "Approve a portal's application", "security"
    ),
    "admin:applications:read": _permission(
        "查看应用上线申请", "See portals' applications", "system", "security"
    ),
    "admin:applications:review": _permission("审核应用上线申请", "Review a portal's application", "system"),
    "admin:audit:export": _permission("导出审计记录", "Export the audit record", "audit"),
    "admin:audit:read": _permission("查询审计记录", "Search the audit record", "audit"),
    "admin:audit:verify": _permission("验证审计记录", "Verify the audit record", "audit"),
    "admin:branding:write": _permission(
        "设定页面标识和地区通知", "Say how pages present a division, and what they tell", "system"
    ),
    "admin:clients:read": _permission("查看接入应用", "See portals", "system", "security", "audit"),
    "admin:clients:suspend": _permission(
        "暂停或恢复接入应用", "Suspend a portal, or let it in again", "security"
    ),
    "admin:clients:write": _permission("变更接入应用", "Change portals", "system"),
    "admin:configuration:read": _permission(
        "查看和导出配置", "See and export the configuration", "system", "security", "audit"
    ),
    "admin:configuration:write": _permission(
        "按文件变更配置", "Apply a file of the configuration", "system", "security"
    ),
    "admin:deliveries:read": _permission("查看退出通知", "See logout deliveries", "system"),
    "admin:deliveries:retry": _permission("重发退出通知", "Send logout notices again", "system"),
    "admin:divisions:read": _permission(
        "查看行政区划和部门", "See divisions and departments", "system", "security", "audit"
    ),
    "admin:divisions:write": _permission("维护行政区划和部门", "Keep divisions and departments", "system"),
    "admin:explain:read": _permission("查询拒绝原因", "Look up why something was refused", "system"),
    "admin:health:read": _permission("查看运行状态", "See how the system is", "system", "security", "audit"),
    "admin:keys:read": _permission("查看密钥", "See keys", "system", "security"),
    "admin:keys:rotate": _permission("轮换密钥", "Rotate keys", "system"),
    "admin:people:freeze": _permission("冻结或解冻用户", "Freeze or unfreeze a person", "security"),
    "admin:people:reprove": _permission("要求重新实名核验", "Demand a new proof of identity", "security"),
    "admin:people:search": _permission(
        "查找用户（须有案件和理由）", "Find a person, for a case and a reason", "system", "security"
    ),
    "admin:people:unlock": _permission(
        "解除登录限制", "Lift the pauses of a person's login", "system", "security"
    ),
    "admin:policies:read": _permission("查看策略", "See policies", "system", "security", "audit"),
    "admin:policies:write": _permission(
        "设定事项目录和地区规则", "Set item catalogues and rules", "security"
    ),
    "admin:restricted:approve": _permission("批准受限数据", "Approve restricted data", "security"),
    "admin:roles:grant": _permission("授予或收回角色", "Grant or withdraw roles", "security"),
    "admin:sessions:end": _permission("强制下线", "End a person's sessions", "system", "security"),
    "admin:staff:read": _permission("查看管理员", "See staff", "system", "security", "audit"),
    "admin:staff:write": _permission("建立或停用管理员", "Make or stop staff accounts", "system"),
    "admin:statistics:read": _permission("查看统计", "See statistics", "system", "security", "audit"),
}
