"""People: found by the full number for a case and a reason, shown masked, stopped or helped."""

from flask import Response, request

import clients
from idp import divisions, persons, sessions
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, done, sentence, show
from idp.base.errors import Rejected
from idp.base.redaction import redact
from idp.inquiries import service
from idp.login import throttle
from idp.logout.people import Unfinished
from idp.pages import _, see_other, values

#: Which field of the form a refusal is about.
_FIELDS = {"inquiry.case": "case", "inquiry.reason": "reason", "inquiry.personal": "reason"}


@blueprint.get("/people")
@needs("admin:people:search")
def people() -> Response:
    """The form: number, case and reason."""
    return _form({})


@blueprint.post("/people")
@needs("admin:people:search")
def people_search() -> Response:
    """Look one person up, on record; the number is never sent back."""
    form = request.form
    try:
        token = service.begin(
            form.get("number", "")[:60], form.get("case", ""), form.get("reason", ""), actor=member()
        )
    except Rejected as refused:
        return _form({_FIELDS.get(refused.code, "number"): sentence(refused)})
    if token is None:
        return _form({"number": _("在您的管辖范围内没有找到此人。请核对号码，或转其服务地区办理。")}, 404)
    return see_other(f"/admin/people/{token}")


@blueprint.get("/people/<token>")
@needs("admin:people:search")
def person(token: str) -> Response:
    """What is on file, masked, and what may be done."""
    inquiry, one = service.resume(token, actor=member())
    live = sessions.of_person(one.id)
    entered = sorted({client_id for session in live for client_id in session.participants})
    return show(
        "person",
        "people",
        inquiry=inquiry,
        token=token,
        one=one,
        level=values.real_name_level(one.ial),
        documents=persons.identifiers(one.id),
        division=divisions.find(one.service_region) if one.service_region else None,
        live=live,
        portals=[client for client_id in entered if (client := clients.find(client_id))],
        paused_until=throttle.paused_until(inquiry.counters),
    )


@blueprint.post("/people/<token>/freeze")
@needs("admin:people:freeze", fresh=True)
def person_freeze(token: str) -> Response:
    """Stop the account, and end all it holds."""
    inquiry, _person = service.resume(token, actor=member())
    try:
        service.freeze(inquiry)
    except Unfinished:
        return _done(token, _("账号已冻结。部分登录暂时无法结束，后台会继续处理。"))
    except Rejected as refused:
        return _done(token, sentence(refused))
    return _done(token, _("账号已冻结，全部登录已结束，进入过的应用会收到通知。"))


@blueprint.post("/people/<token>/unfreeze")
@needs("admin:people:freeze", fresh=True)
def person_unfreeze(token: str) -> Response:
    """Let the account work again."""
    inquiry, _person = service.resume(token, actor=member())
    try:
        service.unfreeze(inquiry)
    except Rejected as refused:
        return _done(token, sentence(refused))
    return _done(token, _("账号已解冻，本人可以重新登录。"))


@blueprint.post("/people/<token>/unlock")
@needs("admin:people:unlock", fresh=True)
def person_unlock(token: str) -> Response:
    """Lift the pauses of the login."""
    inquiry, _person = service.resume(token, actor=member())
    count = service.unlock(inquiry)
    return _done(token, _("登录限制已解除。") if count else _("此账号没有登录限制，无需解除。"))


@blueprint.post("/people/<token>/reprove")
@needs("admin:people:reprove", fresh=True)
def person_reprove(token: str) -> Response:
    """Let the real-name levels lapse."""
    inquiry, _person = service.resume(token, actor=member())
    try:
        service.demand_proof(inquiry)
    except Unfinished:
        return _done(token, _("实名等级已失效。部分登录暂时无法结束，后台会继续处理。"))
    except Rejected as refused:
        return _done(token, sentence(refused))
    return _done(token, _("实名等级已失效，全部登录已结束。本人须重新实名核验。"))


@blueprint.post("/people/<token>/sign-out")
@needs("admin:sessions:end", fresh=True)
def person_sign_out(token: str) -> Response:
    """End every login."""
    inquiry, _person = service.resume(token, actor=member())
    ended = service.sign_out(inquiry)
    return _done(token, _("已结束%(n)s处登录和%(m)s项保持授权。", n=ended.sessions, m=ended.grants))


@blueprint.post("/people/<token>/close")
@needs("admin:people:search")
def person_close(token: str) -> Response:
    """Put the file away."""
    service.resume(token, actor=member())
    service.end(token)
    return done(_("已结束查看。"), "/admin/people")


def _done(token: str, text: str) -> Response:
    return done(text, f"/admin/people/{token}")


def _form(errors: dict[str, str], status: int = 400) -> Response:
    # Whoever typed a number into the wrong box gets it back masked.
    typed = {name: redact(request.form.get(name, ""))[:120] for name in ("case", "reason")}
    return show("people", "people", status if errors else 200, errors=errors, typed=typed)
