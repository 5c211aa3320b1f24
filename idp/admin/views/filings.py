"""Applications that an officer files for a body that has no developers; another two decide on them."""

from dataclasses import replace

from flask import Response, request

import clients
from clients import manifest
from clients.applications import Applicant, Application, form, judgement, service
from idp import divisions, pages
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.applications import again, found
from idp.admin.views.frame import blueprint, done, show
from idp.base.errors import Rejected
from idp.pages import _, see_other
from idp.pages.seen import seen


@blueprint.get("/applications/new")
@needs("admin:clients:write")
def filing_new() -> Response:
    """Which portal, and where it stands."""
    return _new({})


@blueprint.post("/applications")
@needs("admin:clients:write", fresh=True)
def filing_create() -> Response:
    """Begin a draft; of a portal in production it holds what is in force."""
    client_id = request.form.get("client_id", "").strip()[:65]
    known = clients.find(client_id)
    entry = judgement.settled(manifest.document(known)) if known else {}
    try:
        made = service.draft(
            client_id, entry=entry, place=divisions.place(request.form.get("place", "")), actor=_applicant()
        )
    except Rejected as refused:
        if refused.code == "not_found":
            return _new({"place": _("请选择您管辖范围内的地区或部门。")})
        return _new({"client_id": pages.message(refused.code)}, refused.status)
    return see_other(f"/admin/applications/{made}/edit")


@blueprint.get("/applications/<application_id>/edit")
@needs("admin:clients:write")
def filing_edit(application_id: str) -> Response:
    """The form of a draft."""
    return _edit(_own(application_id), {})


@blueprint.post("/applications/<application_id>/edit")
@needs("admin:clients:write", fresh=True)
def filing_change(application_id: str) -> Response:
    """Keep what was typed."""
    known = _own(application_id)
    entry = form.ticked(request.form.getlist, known.entry)
    try:
        filled = form.read(request.form.getlist, known.entry)
        entry = filled.entry
        service.change(
            known.id,
            version=seen(),
            entry=filled.entry,
            filing=filled.filing,
            effective_at=filled.effective_at,
            actor=_applicant(),
        )
    except Rejected as refused:
        return _edit(
            replace(known, entry=entry), {_field(refused): pages.message(refused.code)}, refused.status
        )
    return done(_("草稿已保存。"), f"/admin/applications/{known.id}")


@blueprint.post("/applications/<application_id>/submit")
@needs("admin:clients:write", fresh=True)
def filing_submit(application_id: str) -> Response:
    """Hand the draft in."""
    return _step(application_id, "submit", _("申请已提交，等待审核。"))


@blueprint.post("/applications/<application_id>/recall")
@needs("admin:clients:write", fresh=True)
def filing_recall(application_id: str) -> Response:
    """Take it back to change it."""
    return _step(application_id, "recall", _("申请已撤回为草稿。"))


@blueprint.post("/applications/<application_id>/withdraw")
@needs("admin:clients:write", fresh=True)
def filing_withdraw(application_id: str) -> Response:
    """Give it up."""
    return _step(application_id, "withdraw", _("申请已放弃。"))


def _step(application_id: str, step: str, text: str) -> Response:
    verb = {"submit": service.submit, "recall": service.recall, "withdraw": service.withdraw}[step]
    try:
        verb(application_id, version=seen(), actor=_applicant())
    except Rejected as refused:
        return again(application_id, refused)
    return done(text, f"/admin/applications/{application_id}")


def _own(application_id: str) -> Application:
    known = found(application_id)
    if known.state != "draft":
        raise Rejected("not_found", why="not a draft", status=404)
    return known


def _applicant() -> Applicant:
    return Applicant(id=member().id, reach=member().reach)


def _field(refused: Rejected) -> str:
    """The field that a refusal speaks of."""
    if not refused.code.startswith("application."):
        raise refused
    return form.FIELDS.get(refused.code, "")


def _new(errors: dict[str, str], status: int = 200) -> Response:
    own = member()
    return show(
        "application_new",
        "applications",
        400 if errors and status == 200 else status,
        errors=errors,
        typed=request.form,
        division=divisions.find(own.division),
        divisions=divisions.divisions(own.reach, most=200) if not own.department else (),
        departments=divisions.departments(own.reach, most=200),
    )


def _edit(known: Application, errors: dict[str, str], status: int = 200) -> Response:
    typed = request.form
    shown = {**form.shown(known.entry), **form.beside(known)}
    return show(
        "application_edit",
        "applications",
        status,
        one=known,
        values=form.again(typed, shown),
        entry=known.entry,
        scopes=form.offered(),
        errors=errors,
    )
