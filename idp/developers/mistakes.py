"""Mistakes of programs, in plain words: what the record's reason means, and what to do about it.

A reason that is not here is told by its error code (``idp.explanations``).
"""

from typing import NamedTuple

from idp.pages import mark


class Mistake(NamedTuple):
    """What is found in a reason, what it means, and the way out."""

    reason: str
    meaning: str
    fix: str


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "redirect_mismatch",
        mark("请求中的回调地址没有登记。"),
        mark(
            "回调地址逐字比较：协议、主机（127.0.0.1与localhost不同）、端口、路径和末尾的斜杠都要一致。"
            "改正程序，或者在“修改”中登记新的地址。"
        ),
    ),
    Mistake(
        "redirect_missing",
        mark("请求中没有回调地址（redirect_uri）。"),
        mark("每次授权请求都要带上redirect_uri，与登记的某一个逐字相同。"),
    ),
    Mistake(
        "sandbox.stranger",
        mark("登录的人不是团队成员，也不是受邀测试人员。"),
        mark("在“成员和测试人员”中生成测试邀请，交给这个人。"),
    ),
    Mistake(
        "code_challenge_method must be S256",
        mark("授权请求没有使用PKCE，或者方法不是S256。"),
        mark("在登录库的设置中打开PKCE（code_challenge_method=S256）。"),
    ),
    Mistake(
        "code_challenge is missing",
        mark("code_challenge缺失或格式不对。"),
        mark("code_challenge是code_verifier的SHA-256，按base64url编码，43个字符，不带等号。"),
    ),
    Mistake(
        "code_verifier is missing or wrong",
        mark("code_verifier缺失，或与授权请求中的code_challenge不对应。"),
        mark("把登录开始时生成的code_verifier保存在会话中，换取令牌时原样发送；不要每次请求重新生成。"),
    ),
    Mistake(
        "grant_type is missing",
        mark("换取令牌的请求中没有grant_type。"),
        mark("在表单中加上grant_type=authorization_code；刷新时为refresh_token。"),
    ),
    Mistake(
        "redirect_uri differs",
        mark("换取令牌时的redirect_uri与授权请求中的不同。"),
        mark("两次请求使用同一个回调地址。"),
    ),
    Mistake(
        "the code was issued to another client",
        mark("授权码是发给另一个应用的。"),
        mark("核对client_id：开发、测试环境的配置不要混用。"),
    ),
    Mistake(
        "code.reuse",
        mark("同一个授权码使用了两次，相关令牌已全部作废。"),
        mark("授权码只能用一次。回调页刷新时不要再次换取令牌，换取后立即跳转到别的页面。"),
    ),
    Mistake(
        "refresh.reuse",
        mark("已经换过的刷新令牌又被使用，整个登录已作废。"),
        mark("每次刷新都会得到新的刷新令牌，须保存新的；多个进程刷新时要加锁。"),
    ),
    Mistake(
        " used, ",
        mark("应用证明自己的方式与登记的不同。"),
        mark("按登记的方式发送：client_secret_basic放在Authorization头中，不放在表单中。"),
    ),
    Mistake(
        "client_secret_basic failed",
        mark("密钥不对，或者已经失效。"),
        mark("核对.env中的密钥是否完整；丢失时在“更换密钥”中生成新的。"),
    ),
    Mistake(
        "private_key_jwt failed",
        mark("签名的断言没有通过。"),
        mark(
            "核对登记的公钥与签名的私钥是一对，kid一致，aud是本平台的issuer，有效期不超过几分钟，jti不重复。"
        ),
    ),
    Mistake(
        "more than one client authentication",
        mark("同时用了两种方式证明自己。"),
        mark("只保留一种：有Authorization头时，表单中不要再放client_secret。"),
    ),
    Mistake(
        "response_type",
        mark("response_type不对。"),
        mark("使用response_type=code。"),
    ),
    Mistake(
        "a scope is unknown",
        mark("请求的scope中有平台没有的名称。"),
        mark("scope用空格分隔，名称见“修改”页面的列表；多余的逗号也会被当作名称。"),
    ),
    Mistake(
        "scope openid is required",
        mark("scope中没有openid。"),
        mark("scope以openid开头，例如：openid profile。"),
    ),
    Mistake(
        "scope is missing",
        mark("没有scope，或者格式不对。"),
        mark("scope以openid开头，例如：openid profile。"),
    ),
    Mistake(
        "response_mode is not registered",
        mark("请求的response_mode没有登记。"),
        mark("去掉response_mode参数，使用默认的query。"),
    ),
    Mistake(
        "the user cancelled",
        mark("用户在登录页选择了返回。"),
        mark("这不是程序的错误：显示自己的提示页，提供重新登录的按钮。"),
    ),
    Mistake(
        "the user did not agree",
        mark("用户不同意提供信息。"),
        mark("这不是程序的错误：只请求真正需要的信息，并说明用途。"),
    ),
    Mistake(
        "a parameter is given more than once",
        mark("有参数出现了两次。"),
        mark("检查拼接网址的代码，每个参数只出现一次。"),
    ),
)


def find(reason: str) -> Mistake | None:
    """The mistake a reason tells of."""
    return next((one for one in MISTAKES if one.reason in reason), None)
