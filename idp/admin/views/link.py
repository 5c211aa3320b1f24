"""A one-time link: whoever opens it sets the password and the generator of one account, once."""

import orjson
from flask import Response, request

from idp import authenticators, keyring, pages, staff
from idp.admin.needs import OPEN, marked
from idp.admin.views.frame import blueprint, sentence
from idp.base.errors import Rejected
from idp.base.secret import Secret
from idp.staff import Member, queries, service
from idp.store.ephemeral import Records

#: The generator's secret between the page that shows it and the code that proves it. Each browser has its
#: own, or whoever opened the link before would know the generator of who uses it.
_secrets = Records("staff-link", 30 * 60)


@blueprint.get("/link/<token>")
@marked(OPEN)
def link(token: str) -> Response:
    """Password and generator to set; opening the page spends nothing."""
    return _form(token, _member(token), {})


@blueprint.post("/link/<token>")
@marked(OPEN)
def claim(token: str) -> Response:
    """Take the account over."""
    member, form, password = _member(token), request.form, request.form.get("password", "")
    kept = _kept(token)
    if kept is None:
        return _form(token, member, {"code": pages._("页面已过期，请用验证器重新扫描二维码。")})
    if password != form.get("again", ""):
        return _form(token, member, {"again": pages._("两次输入的新密码不一致，请重新输入。")})
    try:
        claimed = service.claim(token, password, kept[0], form.get("code", ""))
    except Rejected as refused:
        field = "code" if refused.code == "AUTH-003" else "password"
        return _form(token, member, {field: sentence(refused)})
    _secrets.drop(_here(token))
    return pages.render("admin/claimed.html", member=claimed)


def _here(token: str) -> str:
    return f"{token}|{pages.browser()}"


def _member(token: str) -> Member:
    member = queries.linked(token)
    if member is None:
        raise Rejected("staff.link", why="unknown, used or expired", status=404)
    return member


def _kept(token: str) -> tuple[Secret, str] | None:
    """The generator's secret and address that this browser was shown; sealed where it waits."""
    record = _secrets.peek(_here(token))
    plain = keyring.open_token(str(record["sealed"])) if record and "sealed" in record else None
    if plain is None:
        return None
    secret, uri = orjson.loads(plain)
    return Secret(secret), uri


def _begun(token: str, member: staff.Member) -> tuple[Secret, str]:
    secret, uri = authenticators.totp.begin(member.login_name)
    _secrets.put(_here(token), {"sealed": keyring.seal_token(orjson.dumps([secret.reveal(), uri]))})
    return secret, uri


def _form(token: str, member: staff.Member, errors: dict[str, str]) -> Response:
    secret, uri = _kept(token) or _begun(token, member)
    text = secret.reveal()
    return pages.render(
        "admin/link.html",
        400 if errors else 200,
        member=member,
        secret=" ".join(text[at : at + 4] for at in range(0, len(text), 4)),
        picture=authenticators.totp.svg(uri),
        errors=errors,
        token=token,
    )
