"""Applications of a team: from a sandbox client to a portal in production, and each change of it."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Response, request

import clients
from clients import applications, manifest, teams
from clients.applications import Applicant, Application, form, judgement, service
from clients.applications.jobs import AHEAD
from clients.rules import Fault
from clients.rules.sandbox import MARKS
from idp import divisions, pages
from idp.base import clock
from idp.base.errors import Rejected
from idp.developers.guard import team
from idp.developers.needs import needs
from idp.developers.views.frame import blueprint, done, show
from idp.divisions import Reach
from idp.pages import _, see_other
from idp.pages.seen import seen
from idp.pages.visitor import me

#: What a sandbox client shares with the portal that grows out of it.
_TAKEN_OVER = (
    "redirect_uris", "post_logout_redirect_uris", "backchannel_logout_uri", "scopes", "jwks", "jwks_uri",
    "application_type", "grant_types",
)  # fmt: skip
_HERE = "/applications"


@blueprint.get("/teams/<team_id>/applications")
@needs("viewer")
def application_list(team_id: str) -> Response:
    """What the team asked for, the newest first."""
    rows = applications.of_team(team_id)
    soon = {one.id for one in rows if one.state == "live" and one.due_at < clock.now() + AHEAD}
    return show("applications", _HERE, rows=rows, soon=soon)


@blueprint.get("/teams/<team_id>/applications/new")
@needs("developer")
def application_new(team_id: str) -> Response:
    """Which portal: one that grows out of a sandbox client, or one in production that changes."""
    return _new({})


@blueprint.post("/teams/<team_id>/applications")
@needs("developer")
def application_create(team_id: str) -> Response:
    """Begin a draft with what is known: what is in force, or what the sandbox client has."""
    client_id = request.form.get("client_id", "").strip()[:65]
    place = Reach(division=team().division, department=team().department)
    try:
        made = service.draft(client_id, entry=_known(client_id), place=place, actor=_applicant())
    except Rejected as refused:
        return _new({"client_id": _sentence(refused)}, refused.status)
    return see_other(f"{_path(made)}/edit")


@blueprint.get("/teams/<team_id>/applications/<application_id>")
@needs("viewer")
def application_one(team_id: str, application_id: str) -> Response:
    """How far it has come, what was said about it, and what may be done."""
    return _one(_found(application_id), {})


@blueprint.get("/teams/<team_id>/applications/<application_id>/edit")
@needs("developer")
def application_edit(team_id: str, application_id: str) -> Response:
    """The form of a draft."""
    return _form(_draft(application_id), {})


@blueprint.post("/teams/<team_id>/applications/<application_id>/edit")
@needs("developer")
def application_change(team_id: str, application_id: str) -> Response:
    """Keep what was typed."""
    known = _draft(application_id)
    entry = form.ticked(request.form.getlist, known.entry)
    try:
        filled = form.read(request.form.getlist, known.entry)
        entry = filled.entry
        service.change(
            known.id,
            version=seen(),
            entry=entry,
            filing=filled.filing,
            effective_at=filled.effective_at,
            actor=_applicant(),
        )
    except Rejected as refused:
        return _form(replace(known, entry=entry), {_field(refused): _sentence(refused)}, refused.status)
    return done(_("草稿已保存。"), _path(known.id))


@blueprint.post("/teams/<team_id>/applications/<application_id>/submit")
@needs("developer", fresh=True)
def application_submit(team_id: str, application_id: str) -> Response:
    """Hand the draft in."""
    return _step(application_id, "submit", _("申请已提交，等待审核。"))


@blueprint.post("/teams/<team_id>/applications/<application_id>/recall")
@needs("developer", fresh=True)
def application_recall(team_id: str, application_id: str) -> Response:
    """Take it back to change it."""
    return _step(application_id, "recall", _("申请已撤回为草稿。"))


@blueprint.post("/teams/<team_id>/applications/<application_id>/withdraw")
@needs("developer", fresh=True)
def application_withdraw(team_id: str, application_id: str) -> Response:
    """Give it up."""
    return _step(application_id, "withdraw", _("申请已放弃。"))


def _step(application_id: str, step: str, text: str) -> Response:
    verb = {"submit": service.submit, "recall": service.recall, "withdraw": service.withdraw}[step]
    try:
        verb(application_id, version=seen(), actor=_applicant())
    except judgement.Unfit as unfit:
        return _one(_found(application_id), {"": _sentence(unfit)}, unfit.status, unfit.faults)
    except Rejected as refused:
        return _one(_found(application_id), {"": _sentence(refused)}, refused.status)
    return done(text, _path(application_id))


def _known(client_id: str) -> dict[str, object]:
    """The entry a draft begins with; nothing of a portal that is not the team's."""
    mine = [one.client_id for one in applications.of_team(team().id)]
    live = clients.find(client_id) if client_id in mine else None
    if live is not None:
        return judgement.settled(manifest.document(live))
    grown = request.form.get("sandbox", "")
    trial = clients.find(grown) if grown in teams.client_ids(team().id) else None
    if trial is None:
        return {"scopes": ["openid", "profile"]}
    told = manifest.document(trial)
    entry = {name: told[name] for name in _TAKEN_OVER if told[name]}
    return entry | {"name": trial.name.removesuffix(MARKS["name"]), "organization": team().name}


def _found(application_id: str) -> Application:
    """The application; another team's is not there."""
    known = applications.find(application_id)
    if known is None or known.team != team().id:
        raise Rejected("not_found", why="not an application of this team", status=404)
    return known


def _draft(application_id: str) -> Application:
    known = _found(application_id)
    if known.state != "draft":
        raise Rejected("not_found", why="not a draft", status=404)
    return known


def _applicant() -> Applicant:
    return Applicant(id=me().id, team=team().id)


def _path(application_id: str) -> str:
    return f"/developers/teams/{team().id}/applications/{application_id}"


def _field(refused: Rejected) -> str:
    return form.FIELDS.get(refused.code, "")


def _sentence(refused: Rejected) -> str:
    if not refused.code.startswith("application."):
        raise refused
    return pages.message(refused.code)


def _new(errors: dict[str, str], status: int = 200) -> Response:
    trials = [one for name in teams.client_ids(team().id) if (one := clients.find(name))]
    live = [one for one in applications.of_team(team().id) if one.state in ("live", "suspended")]
    return show(
        "application_new", _HERE, status, errors=errors, typed=request.values, trials=trials, live=live
    )


def _one(
    known: Application, errors: dict[str, str], status: int = 200, faults: Sequence[Fault] = ()
) -> Response:
    client, seen = judgement.judged(known)
    return show(
        "application",
        _HERE,
        status,
        one=known,
        changes=judgement.told(known, clients.find(known.client_id)),
        items=pages.items(client),
        faults=faults or seen,
        tried=judgement.tried(known) if known.state == "draft" else None,
        decided=[(each, "") for each in applications.decisions(known.id)],
        division=divisions.find(known.division),
        errors=errors,
    )


def _form(known: Application, errors: dict[str, str], status: int = 200) -> Response:
    shown = {**form.shown(known.entry), **form.beside(known)}
    return show(
        "application_edit",
        _HERE,
        status,
        one=known,
        values=form.again(request.form, shown),
        entry=known.entry,
        scopes=form.offered(),
        errors=errors,
    )
