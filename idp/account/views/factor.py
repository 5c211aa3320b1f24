"""My second factor: set up a one-time-code generator, or remove it.

status ──password──▶ secret shown ──first code──▶ set up ──password and code──▶ removed
"""

from flask import Response, flash, request

from idp import authenticators, pages, sessions, settings
from idp.account import enrolment, proof
from idp.account.views.frame import blueprint, show
from idp.authenticators.password.form import normal
from idp.base.errors import Rejected
from idp.login.throttle import Paused
from idp.pages import _, see_other
from idp.pages.visitor import current, me

_HERE = "/account/second-factor"


@blueprint.get("/second-factor")
def second_factor() -> Response:
    """Whether there is one, and what can be done about it."""
    return _status({})


@blueprint.post("/second-factor/begin")
def begin() -> Response:
    """Show a secret, to whoever knows the password."""
    person, session = me(), current()
    if authenticators.totp.enrolled(person.id):
        return see_other(_HERE)
    if error := _password_error(request.form.get("password", "")):
        return _status({"password": error})
    enrolment.keep(session, *authenticators.totp.begin(person.name_masked))
    return see_other(f"{_HERE}/new")


@blueprint.get("/second-factor/new")
def new() -> Response:
    """The QR code and the secret as text."""
    return _setup({})


@blueprint.post("/second-factor/confirm")
def confirm() -> Response:
    """The first code proves that the generator holds the secret; the session is stronger from now on."""
    session = current()
    waiting = enrolment.waiting(session)
    if waiting is None:
        return see_other(_HERE)
    try:
        right = authenticators.totp.confirm(session.person_id, waiting[0], request.form.get("code", ""))
    except Rejected:  # another tab was first; this one has proved nothing
        return see_other(_HERE)
    if not right:
        return _setup({"code": pages.message("AUTH-003")})
    enrolment.forget(session)
    cookie, _session = sessions.strengthen(session, ("otp",))
    flash(_("验证器已绑定。以后登录时，输入密码后还需要输入验证器上的6位数字。"))
    response = see_other(_HERE)
    pages.set_session(response, cookie)
    return response


@blueprint.post("/second-factor/remove")
def remove() -> Response:
    """Remove the generator, for whoever shows both factors once more."""
    session, password = current(), request.form.get("password", "")
    errors = {}
    if error := _password_error(password):
        errors["password"] = error
    elif len(normal(password)) < settings.current().password_min_length:
        errors["password"] = _short_without_factor()
    elif error := _code_error(request.form.get("code", "")):
        errors["code"] = error
    if errors:
        return _status(errors)
    authenticators.totp.remove(session.person_id)
    flash(_("已解除绑定验证器。"))
    return see_other(_HERE)


def _status(errors: dict[str, str]) -> Response:
    enrolled = authenticators.totp.enrolled(current().person_id)
    return show("factor", "second-factor", 400 if errors else 200, enrolled=enrolled, errors=errors)


def _setup(errors: dict[str, str]) -> Response:
    waiting = enrolment.waiting(current())
    if waiting is None:
        return see_other(_HERE)
    secret, uri = waiting
    return show(
        "factor_new",
        "second-factor",
        400 if errors else 200,
        secret=" ".join(_fours(secret.reveal())),
        picture=authenticators.totp.svg(uri),
        errors=errors,
    )


def _password_error(password: str) -> str:
    if not password:
        return _("请输入当前密码。")
    try:
        return "" if proof.password(current(), password) else _("密码不正确，请重新输入。")
    except Paused as pause:
        return pages.message("AUTH-005", s=pause.seconds)


def _code_error(code: str) -> str:
    try:
        return "" if proof.code(current(), code) else pages.message("AUTH-003")
    except Paused as pause:
        return pages.message("AUTH-005", s=pause.seconds)


def _short_without_factor() -> str:
    return _(
        "您的密码较短，只能与验证器一起使用。请先把密码改为至少%(n)s个字符，再解除绑定。",
        n=settings.current().password_min_length,
    )


def _fours(text: str) -> list[str]:
    return [text[at : at + 4] for at in range(0, len(text), 4)]
