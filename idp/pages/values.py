"""What the members of a registration hold, in words, beside how it is registered."""

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from clients import authorization_details, scopes
from idp import divisions
from idp.base.levels import level_of
from idp.pages.language import _, chinese, day, mark

WORDS: dict[str, dict[str, str]] = {
    "environment": {
        "production": mark("生产"),
        "sandbox": mark("沙箱"),
    },
    "profile": {
        "standard": mark("标准"),
        "fapi2": mark("高安全（FAPI 2.0）"),
        "fapi2-message-signing": mark("高安全，请求和响应均签名（FAPI 2.0）"),
    },
    "application_type": {
        "web": mark("网站"),
        "native": mark("移动或桌面应用"),
    },
    "language": {
        "zh": mark("中文"),
        "en": mark("英文"),
    },
    "grant_types": {
        "authorization_code": mark("授权码"),
        "refresh_token": mark("刷新令牌"),
        "client_credentials": mark("客户端凭据"),
        "urn:ietf:params:oauth:grant-type:device_code": mark("设备授权"),
        "urn:openid:params:grant-type:ciba": mark("后台认证"),
        "urn:ietf:params:oauth:grant-type:token-exchange": mark("令牌交换"),
        "urn:ietf:params:oauth:grant-type:jwt-bearer": mark("由其他平台担保"),
    },
    "response_types": {
        "code": mark("授权码"),
        "code id_token": mark("授权码和身份令牌"),
    },
    "response_modes": {
        "query": mark("地址参数"),
        "fragment": mark("地址片段"),
        "form_post": mark("表单提交"),
        "jwt": mark("签名的授权响应"),
        "query.jwt": mark("签名的授权响应，地址参数"),
        "fragment.jwt": mark("签名的授权响应，地址片段"),
        "form_post.jwt": mark("签名的授权响应，表单提交"),
    },
    "legal_basis": {
        "statutory_duty": mark("履行法定职责"),
        "consent": mark("个人同意"),
        "separate_consent": mark("个人单独同意"),
        "mandate": mark("代表单位办事的权限"),
    },
    "subject_types_allowed": {
        "natural": mark("自然人"),
        "legal": mark("法人"),
    },
    "token_endpoint_auth_method": {
        "client_secret_basic": mark("密钥，放在请求头中"),
        "client_secret_post": mark("密钥，放在表单中"),
        "private_key_jwt": mark("私钥签名"),
        "tls_client_auth": mark("客户端证书"),
        "self_signed_tls_client_auth": mark("自签名客户端证书"),
        "none": mark("无"),
    },
    "backchannel_token_delivery_mode": {
        "poll": mark("轮询"),
        "ping": mark("结果通知"),
    },
    "min_level": {
        "l1": mark("一级：密码"),
        "l2": mark("二级：中级实名"),
        "l3": mark("三级：高级实名和二次验证"),
        "l4": mark("四级：目前无法达到"),
    },
}
#: Names of the real-name levels 0 to 4.
_REAL_NAME_LEVELS = (
    mark("未实名"),
    mark("初级实名"),
    mark("中级实名"),
    mark("高级实名（实人认证）"),
    mark("现场核验"),
)
_SECONDS = frozenset(
    ("default_max_age", "id_token_lifetime", "access_token_lifetime", "refresh_token_lifetime")
)


class Line(NamedTuple):
    """One value: in words, and as it is registered."""

    text: str
    raw: str = ""


def real_name_level(level: int) -> str:
    """The name of a real-name level."""
    return _(_REAL_NAME_LEVELS[level])


def lines(value: object, member: str) -> list[Line]:
    """The values of a member, none for what is not set; drafts may hold anything."""
    if value is None or value in ("", [], {}) or (member == "restricted_until" and not value):
        return []
    if isinstance(value, Mapping):
        return _entries(value, member)
    return [_line(one, member) for one in (value if isinstance(value, list) else [value])]


def _entries(value: Mapping[str, object], member: str) -> list[Line]:
    """Those of a scope are told by its name, keys one by one."""
    keys = value.get("keys")
    if member == "jwks" and isinstance(keys, list):
        return [_line(key, member) for key in keys]
    if member not in ("legal_basis", "legal_reference"):
        return [_line(value, member)]
    return [_of_scope(name, _line(held, member)) for name, held in sorted(value.items())]


def _of_scope(name: str, held: Line) -> Line:
    return Line(f"{_scope(name) or name}{_('：')}{held.text or held.raw}", name)


def _line(value: object, member: str) -> Line:
    match value:
        case bool():
            return Line(_("是") if value else _("否"))
        case int() if member in _SECONDS:
            return Line(_("%(n)s秒", n=value))
        case int() if member == "restricted_until":
            return Line(_until(value))
        case int():
            return _named(f"l{value}", member) if member == "min_level" else Line(str(value))
        case str():
            return _named(value, member)
    return Line("", json.dumps(value, ensure_ascii=False, sort_keys=True))


def _named(value: str, member: str) -> Line:
    word = WORDS.get(member, {}).get(value)
    name = _(word) if word else _NAMES[member](value) if member in _NAMES else ""
    return Line(name, value) if name else Line(value)


def _until(moment: int) -> str:
    """The last day of what ends at a moment."""
    try:
        return day(moment - 1)
    except (ValueError, OverflowError, OSError):
        return str(moment)


def _division(code: str) -> str:
    known = divisions.find(code)
    return _either(known.name, known.name_en) if known else ""


def _department(department_id: str) -> str:
    known = divisions.department(department_id)
    return _either(known.name, known.name_en) if known else ""


def _scope(name: str) -> str:
    known = scopes.find(name)
    return _either(known.label, known.label_en) if known else ""


def _detail(name: str) -> str:
    known = authorization_details.REGISTER.get(name)
    return _either(known.label, known.label_en) if known else ""


def _level(value: str) -> str:
    word = WORDS["min_level"].get(f"l{level_of(value)}")
    return _(word) if word else ""


def _either(text: str, english: str) -> str:
    return text if chinese() else english


_NAMES: dict[str, Callable[[str], str]] = {
    "division": _division,
    "department": _department,
    "scopes": _scope,
    "authorization_details_types": _detail,
    "default_acr_values": _level,
}
