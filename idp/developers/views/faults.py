"""The faults of a registration as its form tells them: in words, beside the field."""

from markupsafe import Markup

from clients.rules import Fault
from idp.pages import _, in_words, mark

#: Beginning of a key → field of the form, and what to say.
_FIELDS = (
    ("name", "name", mark("名称须为2至40个字符，只能使用汉字、字母、数字和常用标点。")),
    (
        "redirect_uris",
        "redirect_uris",
        mark(
            "回调地址不符合要求：每行一个完整地址，须为https，或本机的http地址（127.0.0.1、localhost）；"
            "不能有通配符、#号和空格。"
        ),
    ),
    (
        "post_logout_redirect_uris",
        "post_logout_redirect_uris",
        mark("退出后返回地址不符合要求，规则与回调地址相同。"),
    ),
    (
        "backchannel_logout_uri",
        "backchannel_logout_uri",
        mark("退出通知地址不符合要求：须为平台能够访问的https地址，不能是内部网络的地址。"),
    ),
    ("scopes", "scope-openid", mark("所选的信息中有沙箱不能使用的，请重新选择。")),
    (
        "jwks_uri",
        "jwks_uri",
        mark("公钥地址不符合要求：须为平台能够访问的https地址，且不能与公钥内容同时填写。"),
    ),
    ("jwks", "jwks", mark("公钥内容不符合要求：须为JWK Set，只含公钥，每个公钥有不同的kid。")),
)
_OTHER = mark("填写的内容不符合要求，请核对。")


def told(faults: list[Fault]) -> dict[str, str]:
    """Field → sentence; the rule's own reason follows, with the place it speaks of."""
    errors: dict[str, str] = {}
    for key, reason in faults:
        stem = key.partition("[")[0]
        stem = {"name_en": "name"}.get(stem, stem)
        field, text = next(((field, text) for name, field, text in _FIELDS if name == stem), ("", _OTHER))
        because = Markup("").join((_(text), _("（"), key, _("："), in_words(reason), _("）")))
        errors.setdefault(field, because)
    return errors
