"""Drafts of policies: what would change, what would have changed last week, and the step into force."""

from typing import Any

from flask import Response, request

import clients
from idp import pages, policies
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, done, show
from idp.admin.views.policies import NOUNS, faulty, listed, may_write, name_of, of_noun, reached
from idp.base.errors import Rejected
from idp.pages import _
from idp.pages.seen import seen
from idp.policies import Draft, kinds, queries, service, trial


@blueprint.get("/policies/drafts/<draft_id>")
@needs("admin:policies:read")
def policy_draft(draft_id: str) -> Response:
    """A draft beside what is in force, and tried on what happened lately."""
    return _page(draft_id, {})


@blueprint.post("/policies/drafts/<draft_id>/publish")
@needs("admin:policies:write", fresh=True)
def policy_publish(draft_id: str) -> Response:
    """Put a draft in force."""
    return _publish(draft_id, "policies")


@blueprint.post("/branding/drafts/<draft_id>/publish")
@needs("admin:branding:write", fresh=True)
def branding_publish(draft_id: str) -> Response:
    """The same, for what pages show."""
    return _publish(draft_id, "branding")


@blueprint.post("/policies/drafts/<draft_id>/discard")
@needs("admin:policies:write")
def policy_discard(draft_id: str) -> Response:
    """Throw a draft away."""
    return _discard(draft_id, "policies")


@blueprint.post("/branding/drafts/<draft_id>/discard")
@needs("admin:branding:write")
def branding_discard(draft_id: str) -> Response:
    """The same, for what pages show."""
    return _discard(draft_id, "branding")


def _publish(draft_id: str, noun: str) -> Response:
    one = _found(draft_id)
    kind = of_noun(one.kind, noun)
    try:
        number = service.publish(
            draft_id,
            why=request.form.get("why", ""),
            expected=seen(),
            operator=member().id,
            reach=member().reach,
        )
    except Rejected as refused:
        return _page(draft_id, faulty(refused), refused.status)
    text = _("已发布，现为第%(n)s版，立即生效。", n=number)
    return done(text, f"/admin/policies/{kind.name}/{one.division}")


def _discard(draft_id: str, noun: str) -> Response:
    one = _found(draft_id)
    kind = of_noun(one.kind, noun)
    service.discard(draft_id, operator=member().id, reach=member().reach)
    return done(_("草稿已放弃。"), f"/admin/policies/{kind.name}/{one.division}")


def _page(draft_id: str, errors: dict[str, str], status: int = 200) -> Response:
    one = _found(draft_id)
    kind, place = reached(one.kind, one.division)
    current = queries.current(one.kind, one.division)
    tried = trial.of(one, anew="anew" in request.args)
    return show(
        "policies/draft",
        "policies",
        status,
        kind=kind,
        place=place,
        one=one,
        **_picture(one),
        name=name_of(one.created_by),
        current=current.number if current else 0,
        stale=(current.number if current else 0) != one.base,
        **listed(policies.diff(one.kind, current.document if current else None, one.document)),
        trial=tried,
        portals={client: _portal(client) for client, *_ in tried.report.portals},
        noun=NOUNS[kind.permission],
        may_write=may_write(kind),
        errors=errors,
        typed=request.form,
    )


def _picture(one: Draft) -> dict[str, Any]:
    """What visitors would see: notices as drafted, branding together with what is above it."""
    if one.kind == "notices":
        return {"policy": kinds.find(one.kind).read(one.document)}
    if one.kind != "branding":
        return {}
    drafted = kinds.find(one.kind).read(one.document)
    return {"drafted": policies.current().replaced(one.kind, one.division, drafted).at(one.division).branding}


def _portal(client_id: str) -> str:
    known = clients.find(client_id)
    return (known.name if pages.chinese() else known.name_en) if known else client_id


def _found(draft_id: str) -> Draft:
    """The draft; one out of reach is not there."""
    one = queries.draft(draft_id)
    if one is None:
        raise Rejected("not_found", why="no such draft", status=404)
    reached(one.kind, one.division)
    return one
