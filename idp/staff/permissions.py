"""The closed list of what staff may be permitted: ``admin:<noun>:<verb>``, alphabetical.

Every page and every interface for programs names the one it needs; what names none is open to nobody.
"""

from typing import NamedTuple


class Permission(NamedTuple):
    """What a permission lets do, in both languages."""

    chinese: str
    english: str


PERMISSIONS: dict[str, Permission] = {
    "admin:alarms:read": Permission("查看告警", "See alarms"),
    "admin:announcements:write": Permission("发布应用公告", "Announce something at a portal"),
    "admin:applications:approve": Permission("批准应用上线申请", "Approve a portal's application"),
    "admin:applications:read": Permission("查看应用上线申请", "See portals' applications"),
    "admin:applications:review": Permission("审核应用上线申请", "Review a portal's application"),
    "admin:audit:export": Permission("导出审计记录", "Export the audit record"),
    "admin:audit:read": Permission("查询审计记录", "Search the audit record"),
    "admin:audit:verify": Permission("验证审计记录", "Verify the audit record"),
    "admin:clients:read": Permission("查看接入应用", "See portals"),
    "admin:clients:suspend": Permission("暂停或恢复接入应用", "Suspend a portal, or let it in again"),
    "admin:clients:write": Permission("变更接入应用", "Change portals"),
    "admin:config:export": Permission("导出配置", "Export the configuration"),
    "admin:config:import": Permission("导入配置", "Import the configuration"),
    "admin:deliveries:read": Permission("查看退出通知", "See logout deliveries"),
    "admin:deliveries:retry": Permission("重发退出通知", "Send logout notices again"),
    "admin:divisions:read": Permission("查看行政区划和部门", "See divisions and departments"),
    "admin:divisions:write": Permission("维护行政区划和部门", "Keep divisions and departments"),
    "admin:explain:read": Permission("查询拒绝原因", "Look up why something was refused"),
    "admin:health:read": Permission("查看运行状态", "See how the system is"),
    "admin:keys:read": Permission("查看密钥", "See keys"),
    "admin:keys:rotate": Permission("轮换密钥", "Rotate keys"),
    "admin:people:freeze": Permission("冻结或解冻用户", "Freeze or unfreeze a person"),
    "admin:people:reprove": Permission("要求重新实名核验", "Demand a new proof of identity"),
    "admin:people:search": Permission("查找用户（须有案件和理由）", "Find a person, for a case and a reason"),
    "admin:policies:publish": Permission("发布策略", "Publish a policy"),
    "admin:policies:read": Permission("查看策略", "See policies"),
    "admin:policies:write": Permission("起草策略", "Draft a policy"),
    "admin:restricted:approve": Permission("批准受限数据", "Approve restricted data"),
    "admin:roles:grant": Permission("授予或收回角色", "Grant or withdraw roles"),
    "admin:sessions:end": Permission("强制下线", "End a person's sessions"),
    "admin:staff:read": Permission("查看管理员", "See staff"),
    "admin:staff:write": Permission("建立或停用管理员", "Make or stop staff accounts"),
    "admin:statistics:read": Permission("查看统计", "See statistics"),
}
