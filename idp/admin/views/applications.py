"""Applications of portals: seen within reach, reviewed by one officer, approved by another."""

from collections.abc import Sequence

from flask import Response, request

import clients
from clients import applications
from clients.applications import Application, Officer, judgement, service
from clients.applications.application import RESTRICTED, Outcome, State, Step, level_needed
from clients.applications.jobs import AHEAD
from clients.rules import Fault
from clients.scopes import restricted
from idp import divisions, pages, staff
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, done, show
from idp.base import clock
from idp.base.errors import Rejected
from idp.pages import _
from idp.pages.seen import seen

_PAGE = 30
#: What a list shows, by the word in its address.
_CHOICES: dict[str, tuple[State, ...]] = {
    "waiting": ("submitted", "reviewed"),
    "approved": ("approved",),
    "due": ("live", "suspended"),
    "live": ("live", "suspended"),
    "ended": ("retired", "rejected", "withdrawn", "replaced"),
}


@blueprint.get("/applications")
@needs("admin:applications:read")
def applications_list() -> Response:
    """Those within reach, the newest first, a page at a time."""
    chosen = request.args.get("show", "waiting")
    states = _CHOICES.get(chosen, _CHOICES["waiting"])
    until = clock.now() + AHEAD if chosen == "due" else 0
    found = applications.page(member().reach, states=states, due_before=until, after=_after(), most=_PAGE + 1)
    later = found[_PAGE - 1].cursor if len(found) > _PAGE else None
    own = member()
    return show(
        "applications",
        "applications",
        rows=found[:_PAGE],
        chosen=chosen if chosen in _CHOICES else "waiting",
        choices=tuple(_CHOICES),
        later=f"{later[0]}.{later[1]}" if later else "",
        drafts=applications.queries.filed(own.reach, own.id)
        if "admin:clients:write" in own.permissions
        else (),
    )


@blueprint.get("/applications/<application_id>")
@needs("admin:applications:read")
def application_one(application_id: str) -> Response:
    """What is asked for beside what is in force, what was decided, and what may be done."""
    return one(found(application_id), {})


@blueprint.post("/applications/<application_id>/review")
@needs("admin:applications:review", fresh=True)
def application_review(application_id: str) -> Response:
    """The first officer's decision."""
    return _decide(application_id, "review")


@blueprint.post("/applications/<application_id>/approve")
@needs("admin:applications:approve", fresh=True)
def application_approve(application_id: str) -> Response:
    """The second officer's decision."""
    return _decide(application_id, "approve")


@blueprint.post("/applications/<application_id>/confirm")
@needs("admin:applications:review", fresh=True)
def application_confirm(application_id: str) -> Response:
    """Confirm a live portal for another year."""
    try:
        service.confirm(application_id, version=seen(), actor=officer())
    except Rejected as refused:
        return again(application_id, refused)
    return done(_("已确认，一年内有效。"), f"/admin/applications/{application_id}")


@blueprint.post("/applications/<application_id>/retire")
@needs("admin:applications:review", fresh=True)
def application_retire(application_id: str) -> Response:
    """End a portal's time in production."""
    try:
        service.retire(application_id, version=seen(), actor=officer())
    except Rejected as refused:
        return again(application_id, refused)
    return done(_("应用已下线，不能再登录。"), f"/admin/applications/{application_id}")


def _decide(application_id: str, step: Step) -> Response:
    outcome: Outcome = "approved" if request.form.get("outcome") == "approved" else "rejected"
    comment = request.form.get("comment", "")
    try:
        service.decide(
            application_id, step=step, version=seen(), outcome=outcome, comment=comment, actor=officer()
        )
    except Rejected as refused:
        return again(application_id, refused)
    text = _("已通过。") if outcome == "approved" else _("已驳回，申请方会看到您的意见。")
    return done(text, f"/admin/applications/{application_id}")


def officer() -> Officer:
    """The member as who decides."""
    own = member()
    return Officer(id=own.id, reach=own.reach, permissions=own.permissions)


def found(application_id: str) -> Application:
    """The application; one out of reach, or another's draft, is not there."""
    known = applications.find(application_id)
    own = member()
    if known is None or not own.reach.covers(known.division, known.department):
        raise Rejected("not_found", why="no such application within reach", status=404)
    if known.state == "draft" and (known.team or known.applicant != own.id):
        raise Rejected("not_found", why="another's draft", status=404)
    return known


def again(application_id: str, refused: Rejected) -> Response:
    """The page once more, with what was refused; what is not there stays so."""
    if not refused.code.startswith("application."):
        raise refused
    field = "comment" if refused.code == "application.comment" else ""
    faults = refused.faults if isinstance(refused, judgement.Unfit) else ()
    return one(found(application_id), {field: pages.message(refused.code)}, refused.status, faults)


def one(
    known: Application, errors: dict[str, str], status: int = 200, faults: Sequence[Fault] = ()
) -> Response:
    """The page of an application; ``faults`` that only its registration would show."""
    client, seen = judgement.judged(known)
    own = member()
    decided = applications.decisions(known.id)
    return show(
        "application",
        "applications",
        status,
        one=known,
        changes=judgement.told(known, clients.find(known.client_id)),
        items=pages.items(client),
        faults=faults or seen,
        tried=judgement.tried(known) if known.step else None,
        decided=[(each, _name(each.officer)) for each in decided],
        division=divisions.find(known.division),
        department=divisions.department(known.department) if known.department else None,
        mine=known.applicant == own.id and not known.team,
        hand=own.id == known.applicant or any(each.officer == own.id for each in decided),
        above=_above(known),
        restricted=restricted(known.scopes),
        may_restricted=RESTRICTED in own.permissions,
        errors=errors,
        typed=request.form,
    )


def _above(known: Application) -> str:
    """The level that decides, when it is above the member's."""
    level = level_needed(known)
    return level if level is not None and not member().reach.at_least(level) else ""


def _name(officer_id: str) -> str:
    known = staff.find(officer_id)
    return known.name if known else ""


def _after() -> tuple[int, str] | None:
    created, _dot, last = request.args.get("after", "")[:60].partition(".")
    return (int(created), last) if created.isascii() and created.isdigit() and len(created) < 12 else None
