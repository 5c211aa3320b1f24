"""Protocol values in words people read, and the English of every Chinese text."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from flask import g, has_request_context, request

from .english import ENGLISH

SHANGHAI = timezone(timedelta(hours=8))  # no summer time since 1991; needs no zone data on the machine
LANGUAGES = ("zh", "en")
COOKIE = "portal_lang"

LEVELS = {
    1: "一级（普通登录）",
    2: "二级（实名登录）",
    3: "三级（高级实名，加二次验证）",
    4: "四级（最高级别，刚刚验证）",
}
METHODS = {
    "pwd": "密码",
    "otp": "动态口令",
    "sms": "短信验证码",
    "hwk": "硬件密钥",
    "swk": "通行密钥",
    "pop": "通行密钥",
    "user": "在场确认",
    "mfa": "双重验证",
}
CLAIMS = {
    "sub": "本网站专用的用户代号",
    "iss": "签发方",
    "aud": "接收方",
    "sid": "会话编号",
    "acr": "登录级别",
    "amr": "登录方式",
    "auth_time": "登录时间",
    "iat": "签发时间",
    "exp": "失效时间",
    "ial": "实名等级",
    "aal": "认证强度",
    "fal": "传递强度",
    "nonce": "一次性随机数",
    "at_hash": "访问令牌摘要",
    "user_type": "用户类型",
    "name": "姓名",
    "name_masked": "姓名（脱敏）",
    "real_name_level": "实名等级",
    "id_type": "证件类型",
    "id_number_masked": "证件号码（脱敏）",
    "profile_version": "资料版本",
    "age_over_14": "已满14周岁",
    "age_over_16": "已满16周岁",
    "age_over_18": "已满18周岁",
    "age_over_60": "已满60周岁",
    "age_over_65": "已满65周岁",
    "service_region": "办事地区",
    "phone_number": "手机号",
    "phone_number_masked": "手机号（脱敏）",
    "phone_number_verified": "手机号已核验",
    "on_behalf_of": "代表谁办理",
    "org_sub": "本网站专用的企业代号",
    "org_name": "企业名称",
    "org_uscc": "统一社会信用代码",
    "org_type": "企业类型",
    "org_status": "登记状态",
    "legal_representative": "是否法定代表人",
}
TIMES = ("auth_time", "iat", "exp", "updated_at")
ERRORS = {
    "access_denied": "您取消了登录，或没有同意提供信息。您可以再试一次。",
    "login_required": "您还没有登录统一身份认证平台。",
    "interaction_required": "需要您在统一身份认证平台上操作。",
    "consent_required": "需要您同意提供信息。",
    "account_selection_required": "需要您选择以谁的身份办理。",
    "unmet_authentication_requirements": "该事项需要更高的登录级别，您的账号目前达不到。",
    "temporarily_unavailable": "统一身份认证平台繁忙，请稍后再试。",
    "server_error": "统一身份认证平台没有正确答复，请稍后再试。",
    "invalid_client": "本网站的接入凭据未被接受，请联系本网站的负责人。",
    "unauthorized_client": "本网站未获准使用这种登录方式，请联系本网站的负责人。",
    "invalid_scope": "本网站申请了未获准的信息，请联系本网站的负责人。",
    "invalid_request": "登录请求有误，请联系本网站的负责人。",
    "invalid_grant": "登录凭据已失效，请重新登录。",
    "invalid_token": "登录凭据已失效，请重新登录。",
    "bad_id_token": "收到的身份令牌未通过检查，本网站没有采信。请重新登录。",
    "other_person": "收到的信息不属于同一个人，本网站没有采信。请重新登录。",
    "wrong_issuer": "答复不是来自我们信任的统一身份认证平台，本网站没有采信。",
    "unknown_state": "这次登录不是从这个浏览器开始的，或者已经过期。请重新登录。",
    "level_too_low": "登录成功，但登录级别没有达到该事项的要求。",
    "unknown_issuer": "链接指向了我们不认识的统一身份认证平台。",
}
UNKNOWN_ERROR = "登录没有成功。请再试一次；如仍不成功，请联系本网站的负责人。"


def language() -> str:
    """The language of this request: asked for in the address, else remembered, else Chinese."""
    if not has_request_context():
        return "zh"
    if "language" not in g:
        wanted = request.args.get("lang", request.cookies.get(COOKIE, ""))
        g.language = wanted if wanted in LANGUAGES else "zh"
    return str(g.language)


def say(text: str, **values: object) -> str:
    """The text in the person's language."""
    chosen = ENGLISH[text] if language() == "en" else text
    return chosen.format(**values) if values else chosen


def level_of(acr: object) -> int:
    """The level an acr value stands for; 0 when we don't know it."""
    known = {f"urn:gov-sso:acr:l{level}": level for level in LEVELS}
    return known.get(str(acr), 0)


def level_in_words(acr: object) -> str:
    """The acr value as people read it."""
    level = level_of(acr)
    return say(LEVELS[level]) if level else str(acr or say("未说明"))


def methods_in_words(amr: object) -> str:
    """The amr values as people read them."""
    methods = amr if isinstance(amr, list) else []
    separator = "、" if language() == "zh" else ", "
    return separator.join(say(METHODS[m]) if m in METHODS else str(m) for m in methods) or say("未说明")


def moment(seconds: object) -> str:
    """A time of the protocol in Beijing time."""
    if not isinstance(seconds, int | float):
        return say("未说明")
    return datetime.fromtimestamp(seconds, UTC).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def rows(id_token: dict[str, Any], userinfo: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Claims as table rows: in words, the claim's name, its value, where it came from."""
    table: dict[tuple[str, str], list[str]] = {}
    for source, claims in ((say("身份令牌"), id_token), ("UserInfo", userinfo)):
        for name, value in _flat(claims).items():
            table.setdefault((name, value), []).append(source)
    return [(_meaning(name), name, value, ", ".join(sources)) for (name, value), sources in table.items()]


def _meaning(name: str) -> str:
    claim = name.partition(".")[0]
    return say(CLAIMS[claim]) if claim in CLAIMS else name


def _flat(claims: dict[str, Any]) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in claims.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{part}": _shown(part, inner) for part, inner in value.items()}
        else:
            flat[name] = _shown(name, value)
    return flat


def _shown(name: str, value: object) -> str:
    if name in TIMES:
        return moment(value)
    if isinstance(value, bool):
        return say("是") if value else say("否")
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
