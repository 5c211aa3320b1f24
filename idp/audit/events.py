"""The closed list of what is recorded: GB/T 22239-2019 §8.1.4.3 (who, when, what, with which result).

A kind that is not listed, or a detail its kind does not list or that is of another type, is a defect
(decision 0028). Lists are alphabetical; ``docs/events.md`` is made from this file by ``idp audit events
--markdown``.
"""

import logging
from typing import NamedTuple

from idp import metrics, settings
from idp.audit import details

log = logging.getLogger("idp.audit")


class Kind(NamedTuple):
    """One kind of event: its meaning in both languages and the details it may carry."""

    english: str
    chinese: str
    fields: frozenset[str] = frozenset()


#: Details and what they hold. None may hold a personal value; the guard masks what looks like one.
FIELDS: dict[str, str] = {
    "acr": "authentication context class reached",
    "action": "what was done to the thing: added, replaced, removed; begun, finished",
    "algorithm": "signature algorithm",
    "amr": "authentication methods used",
    "application": "id of the application",
    "attempts": "deliveries tried so far",
    "audience": "resource the token is for",
    "case": "number of the case that asks for it",
    "cause": "why it ended",
    "changes": "names of the changed members",
    "claims": "names of the claims given",
    "count": "how many",
    "credit_code": "unified social credit code (public)",
    "department": "id of a public body",
    "details": "types of authorization details agreed to",
    "division": "administrative division",
    "error": "protocol error code answered",
    "expires_at": "epoch second of expiry",
    "family": "fingerprint of the refresh-token family",
    "filters": "what was searched by",
    "fingerprint": "digest of a registration, a policy or a file of the configuration",
    "grant": "fingerprint of the grant",
    "grant_type": "grant type",
    "hash": "hash of a chain row",
    "host": "host of the address that was to be called",
    "id_type": "type code of the identity document",
    "initial_token": "id of the initial access token (public)",
    "key_id": "kid of the key (public)",
    "legal_basis": "legal basis of each scope",
    "level": "assurance level, 0 to 4",
    "lifetime": "seconds of validity",
    "member": "id of the person concerned, who is not the one who acted",
    "method": "authentication method",
    "month": "month, UTC",
    "number": "number of the signed root",
    "operator": "who did it, when not the person",
    "origin": "client the exchanged token was first issued to",
    "parameter": "request parameter at fault",
    "parameters": "names of the request parameters that were sent, in the sandbox",
    "permission": "permission needed",
    "phone": "mobile number, masked",
    "policy": "kind of the policy",
    "previous": "value before the change",
    "prompt": "prompt asked for",
    "purpose": "stated purpose of use",
    "redirect_uri": "redirect URI",
    "response_mode": "response mode",
    "response_type": "response type",
    "retry_after": "seconds to wait",
    "role": "role in a team of developers",
    "roles": "roles of the account",
    "scope": "scopes concerned",
    "seconds": "seconds it took",
    "seq": "place in the chain",
    "service_region": "administrative division that serves the person",
    "source": "where the data came from, or the case it was done for",
    "staff": "id of the staff account",
    "status": "state after the change, or HTTP status",
    "subject": "what the alarm is about",
    "subject_type": "natural or legal person",
    "team": "id of a team of developers",
    "token_id": "fingerprint of the token",
    "token_type": "access_token or refresh_token",
    "use": "what the key is for",
    "version": "version number",
    "window": "seconds looked back",
}


def _kind(english: str, chinese: str, fields: str = "") -> Kind:
    return Kind(english, chinese, frozenset(fields.split()))


#: Kinds in which a member of staff, named as operator or staff, looks at a person: many are an alarm.
LOOKUPS = frozenset({"audit.search", "people.search"})

KINDS: dict[str, Kind] = {
    "admin.deny": _kind("A member of staff was refused", "拒绝管理操作", "action error permission staff"),
    "alarm.end": _kind("An alarm ended", "告警解除", "cause count subject"),
    "alarm.lookup": _kind(
        "Somebody looked at very many persons", "疑似批量查询个人信息", "count subject window"
    ),
    "alarm.root": _kind(
        "The root of the record was not signed in time", "审计链根未按时签名", "count subject window"
    ),
    "alarm.spray": _kind("Very many persons failed to log in", "疑似撞库攻击告警", "count subject window"),
    "alarm.stream": _kind(
        "The record does not reach a collector outside", "审计日志外发受阻", "count subject window"
    ),
    "alarm.writer": _kind(
        "The record is not written or not sealed", "审计日志写入或封存停滞", "count subject window"
    ),
    "announcement.change": _kind(
        "Something was announced at a portal, or taken back",
        "发布或撤下应用公告",
        "action expires_at operator",
    ),
    "application.change": _kind(
        "A portal's application was drafted, submitted, taken back, in force, due, confirmed or ended",
        "应用上线申请变更",
        "action application changes department division error expires_at operator scope version",
    ),
    "application.decide": _kind(
        "An officer decided on a portal's application, or was refused to",
        "审批应用上线申请",
        "action application error operator scope status version",
    ),
    "approval.ask": _kind(
        "A person was asked to confirm a login that began elsewhere", "请用户确认登录", "level method scope"
    ),
    "approval.deny": _kind(
        "A person refused a login that began elsewhere", "用户拒绝其他设备或应用的登录请求", "method"
    ),
    "approval.grant": _kind(
        "A person approved a login that began elsewhere",
        "用户同意其他设备或应用的登录请求",
        "acr amr level method scope",
    ),
    "approval.start": _kind(
        "A device or portal asked for a login to be approved elsewhere",
        "设备或应用发起登录请求",
        "level lifetime method scope",
    ),
    "approval.withhold": _kind("Nobody was told of a request to log in", "登录请求未送达用户", "method"),
    "audit.clean": _kind(
        "A month of the record was removed at the end of its retention",
        "审计记录到期清理",
        "count hash month seq",
    ),
    "audit.export": _kind("A part of the record was exported", "导出审计记录", "count hash operator seq"),
    "audit.resume": _kind(
        "Sealing was resumed behind a broken chain", "审计链中断后恢复封存", "hash operator previous seq"
    ),
    "audit.root": _kind("The root of the record was signed", "审计链根签名", "hash number seq"),
    "audit.search": _kind(
        "An officer searched the record", "查询审计记录", "case count error filters operator"
    ),
    "authz.grant": _kind(
        "An authorization code was issued",
        "签发授权码",
        "acr amr claims level parameters prompt purpose redirect_uri response_mode scope subject_type",
    ),
    "authz.reject": _kind(
        "An authorization request was refused",
        "拒绝授权请求",
        "acr error level parameter parameters prompt redirect_uri response_mode response_type scope"
        " subject_type",
    ),
    "client.apply": _kind(
        "A portal's registration was created or changed",
        "登记或变更接入应用",
        "action changes fingerprint operator version",
    ),
    "client.auth_failed": _kind("A portal failed to authenticate", "应用身份鉴别失败", "error method"),
    "client.disable": _kind(
        "A portal was disabled or enabled", "停用或启用接入应用", "cause operator status"
    ),
    "client.jwks_bad": _kind("The keys at a portal's address were refused", "应用公布的密钥不合规，未采用"),
    "client.probe": _kind(
        "A developer had a portal's addresses tried", "开发者检查应用的地址", "action error status"
    ),
    "client.register": _kind(
        "A portal registered itself, changed or deleted its registration",
        "应用自行登记、变更或注销登记",
        "action changes fingerprint initial_token operator source",
    ),
    "client.register_refused": _kind("A portal's own registration was refused", "拒绝应用自行登记", "error"),
    "client.sandbox": _kind(
        "A team of developers registered, changed or deleted a sandbox client",
        "开发团队登记、变更或删除沙箱应用",
        "action changes fingerprint team",
    ),
    "client.secret_rotate": _kind("A portal's secret was renewed", "更换应用密钥", "expires_at operator"),
    "client.token_reuse": _kind(
        "A replaced registration access token was shown; the registration can be managed no more",
        "已更换的登记访问令牌重复使用，登记管理已关闭",
    ),
    "client.unreadable": _kind("The stored registration of a portal cannot be read", "接入应用登记数据损坏"),
    "code.reuse": _kind(
        "An authorization code was shown twice; its tokens were revoked",
        "授权码重复使用，相关令牌已作废",
        "count family grant",
    ),
    "configuration.apply": _kind(
        "A file of the configuration was applied",
        "按文件变更配置",
        "action changes count department division fingerprint operator",
    ),
    "configuration.export": _kind(
        "The configuration was taken away as a file",
        "导出配置",
        "count department division fingerprint operator",
    ),
    "consent.grant": _kind(
        "A person agreed to give data to a portal",
        "同意授权",
        "action details legal_basis purpose scope subject_type version",
    ),
    "consent.withdraw": _kind("A person withdrew a consent", "撤回授权", "cause count operator scope"),
    "context.choose": _kind(
        "A person chose in whose name to act", "选择办事身份", "credit_code previous subject_type"
    ),
    "delegation.deny": _kind(
        "Acting for an organisation was refused", "拒绝代办", "cause credit_code error subject_type"
    ),
    "department.change": _kind(
        "A public body was added or changed", "部门变更", "action department division operator"
    ),
    "device.bruteforce": _kind("Codes of devices were guessed", "疑似猜测设备代码", "count"),
    "division.import": _kind("Administrative divisions were taken over", "导入行政区划", "count operator"),
    "idcard.release": _kind(
        "A portal was given a person's full ID number, or was refused it",
        "提供或拒绝提供完整证件号码",
        "legal_basis purpose",
    ),
    "initial_token.create": _kind(
        "An initial access token was made for portals that register themselves",
        "签发应用登记初始令牌",
        "count expires_at initial_token operator scope",
    ),
    "initial_token.revoke": _kind(
        "An initial access token was revoked", "作废应用登记初始令牌", "count initial_token operator"
    ),
    "introspect.refuse": _kind("A token look-up was refused", "拒绝令牌查询", "audience error token_type"),
    "key.reseal": _kind(
        "What is stored was brought under the keys in force",
        "以现行密钥重新加封存量数据",
        "action count key_id operator use",
    ),
    "key.retire": _kind("A key was retired", "密钥退役", "algorithm key_id operator use"),
    "key.rotate": _kind(
        "A new key was made or put into use", "密钥轮换", "action algorithm key_id operator use"
    ),
    "login.failure": _kind("A login step failed", "登录失败", "cause count id_type level method"),
    "login.spray": _kind(
        "Many accounts were tried from one place", "疑似撞库攻击", "count method retry_after window"
    ),
    "login.success": _kind("A person logged in", "登录成功", "acr amr level method seconds"),
    "login.throttled": _kind(
        "A login was held back after too many failures", "登录受限", "cause count method retry_after window"
    ),
    "login.unlock": _kind(
        "Pauses of a person's login were lifted", "解除登录限制", "cause count operator source"
    ),
    "logout.delivered": _kind("A portal was told of a logout", "退出通知送达", "attempts status"),
    "logout.failed": _kind("A portal could not be told of a logout", "退出通知失败", "attempts error status"),
    "logout.request": _kind("A logout was asked for", "请求退出登录", "cause count error redirect_uri"),
    "logout.retry": _kind("Logout notices are sent again", "重发退出通知", "count operator"),
    "mfa.enrol": _kind("A second factor was added", "绑定第二因素", "method operator"),
    "mfa.failure": _kind("A second factor did not verify", "第二因素验证失败", "cause count method"),
    "mfa.remove": _kind("A second factor was removed", "解绑第二因素", "cause method operator"),
    "mfa.replay": _kind("A used one-time code was shown again", "一次性口令重放", "method"),
    "organization.register": _kind(
        "An organisation was registered", "登记法人", "credit_code operator service_region source"
    ),
    "organization.status": _kind(
        "An organisation's status or representatives changed",
        "法人状态或法定代表人变更",
        "action cause credit_code operator previous source status",
    ),
    "password.set": _kind("A password was set", "设置密码", "cause operator"),
    "people.search": _kind("Staff looked a person up", "查找用户", "case cause operator"),
    "person.close": _kind("An account was closed", "注销账户", "cause operator source"),
    "person.death": _kind("A person's death was recorded", "登记死亡", "count operator source"),
    "person.freeze": _kind("An account was frozen", "冻结账户", "cause count operator source"),
    "person.identifier": _kind(
        "An identity document was added, replaced or ended",
        "证件登记或变更",
        "action id_type operator source",
    ),
    "person.level": _kind(
        "A real-name level changed", "实名等级变更", "cause level operator previous source"
    ),
    "person.phone": _kind("A mobile number changed", "手机号变更", "action operator phone previous source"),
    "person.register": _kind(
        "A person was registered", "注册用户", "id_type level operator service_region source"
    ),
    "person.rename": _kind("A registered name changed", "姓名变更", "operator source version"),
    "person.unfreeze": _kind("An account was unfrozen", "解冻账户", "cause operator source"),
    "personas.load": _kind("Synthetic persons were loaded", "载入演示人员", "count operator source"),
    "ping.delivered": _kind("A portal was told that a request was decided", "登录结果通知送达", "status"),
    "ping.failed": _kind("A portal could not be told that a request was decided", "登录结果通知失败"),
    "policy.change": _kind(
        "A policy of a division was changed, or a change undone",
        "策略变更",
        "action count division error fingerprint operator policy version",
    ),
    "policy.draft": _kind(
        "A policy of a division was drafted, or a draft discarded",
        "策略草稿",
        "action count division operator policy version",
    ),
    "policy.unreadable": _kind(
        "The stored policy of a division cannot be read", "策略数据损坏", "division policy version"
    ),
    "refresh.reuse": _kind(
        "A spent refresh token was shown; its family was revoked",
        "刷新令牌重复使用，令牌族已作废",
        "count family grant",
    ),
    "session.end": _kind("A session ended", "会话结束", "cause count operator"),
    "session.kill": _kind("Sessions were ended by force", "强制下线", "cause count operator"),
    "software_issuer.change": _kind(
        "An issuer of software statements was added, renewed or removed",
        "软件声明签发方变更",
        "action operator source",
    ),
    "ssrf.block": _kind("A call to a forbidden address was stopped", "阻止向禁止地址发出请求", "host"),
    "staff.change": _kind(
        "A staff account was confirmed, renewed, limited or stopped",
        "管理员账号变更",
        "action cause operator staff",
    ),
    "staff.create": _kind("A staff account was made", "建立管理员账号", "department division operator staff"),
    "staff.login": _kind("A member of staff logged in", "管理员登录", "method staff"),
    "staff.login_failed": _kind("A member of staff failed to log in", "管理员登录失败", "cause staff"),
    "staff.logout": _kind("A member of staff logged out", "管理员退出", "staff"),
    "staff.roles": _kind(
        "Roles of a staff account changed", "管理员角色变更", "operator previous roles staff"
    ),
    "step_up.success": _kind(
        "A login was strengthened", "补充认证成功", "acr amr level method previous seconds"
    ),
    "team.change": _kind(
        "A team of developers, or somebody's role in it, was changed",
        "开发团队或其成员变更",
        "action department division member previous role team",
    ),
    "team.create": _kind("A team of developers was made", "建立开发团队", "division team"),
    "team.deny": _kind("A developer was refused", "拒绝开发者操作", "action error team"),
    "team.invite": _kind(
        "An invitation into a team of developers was made or withdrawn",
        "发出或撤回开发团队邀请",
        "action role team",
    ),
    "team.join": _kind("A person joined a team of developers", "加入开发团队", "role team"),
    "token.exchange": _kind(
        "A token was exchanged for one for another service", "交换令牌", "audience origin scope"
    ),
    "token.issue": _kind(
        "Tokens were issued",
        "签发令牌",
        "acr amr audience family grant_type level lifetime scope subject_type token_id",
    ),
    "token.refuse": _kind(
        "A token request was refused", "拒绝签发令牌", "audience error family grant_type parameter scope"
    ),
    "token.revoke": _kind(
        "A token or family was revoked", "作废令牌", "cause count family grant token_id token_type"
    ),
    "userinfo.read": _kind("A portal read a person's claims", "读取用户信息", "claims error scope"),
}


def check(kind: str, detail: dict[str, object]) -> dict[str, object]:
    """The details as far as the list allows them; what it does not is the fault of whoever wrote the call.

    Where people wait for an answer a wrong detail is left out, counted and logged: the event itself is worth
    more, and refusing would turn a slip in a label into a login nobody gets. Everywhere else it raises.
    """
    listed = KINDS.get(kind)
    if listed is None:
        raise ValueError(f"audit event {kind!r} is not in idp/audit/events.py")
    wrong = [
        name for name, value in detail.items() if name not in listed.fields or not details.fits(name, value)
    ]
    if not wrong:
        return detail
    defect = f"audit event {kind!r} may not carry {sorted(wrong)} so (idp/audit/events.py, details.py)"
    if settings.current().environment != "production":
        raise ValueError(defect)
    metrics.audit_detail_dropped(len(wrong))
    log.error(defect)
    return {name: value for name, value in detail.items() if name not in wrong}
