"""Portals within reach: listed by cursor, looked at, suspended and let in again."""

from flask import Response, request

import clients
from clients import Client, queries
from clients.applications import service as applications
from idp import logout
from idp.admin.api.paging import behind, cursor
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, done, place_of, places_of, show
from idp.base import clock
from idp.base.errors import Rejected
from idp.pages import _

_PAGE = 50
_LONGEST = 120


@blueprint.get("/clients")
@needs("admin:clients:read")
def client_list() -> Response:
    """Portals by division and id, a page at a time; found by part of a name, an id or an organisation."""
    typed = request.args.get("q", "")[:60].replace("\0", "")
    division, client_id = behind(request.args.get("after", "")[:400], 2)
    found = queries.page(member().reach, after=(division, client_id), most=_PAGE + 1, typed=typed)
    places = places_of((one.division, one.department) for one in found[:_PAGE])
    rows = [(one, places[one.division, one.department]) for one in found[:_PAGE]]
    later = cursor(*found[_PAGE - 1].cursor) if len(found) > _PAGE else ""
    return show("clients", "clients", rows=rows, later=later, typed=typed)


@blueprint.get("/clients/<client_id>")
@needs("admin:clients:read")
def client_one(client_id: str) -> Response:
    """One portal's registration and standing; secrets are never shown."""
    return _one(reached(client_id), {})


@blueprint.post("/clients/<client_id>/suspend")
@needs("admin:clients:suspend", fresh=True)
def client_suspend(client_id: str) -> Response:
    """Refuse the portal everywhere."""
    known, cause = reached(client_id), request.form.get("cause", "").strip()[:_LONGEST]
    if not cause:
        return _one(known, {"cause": _("请写明暂停的理由。")})
    applications.stop(known.client_id, operator=member().id, cause=cause, rank=member().reach.rank)
    return done(_("应用已暂停，不能再登录和换取令牌。"), f"/admin/clients/{client_id}")


@blueprint.post("/clients/<client_id>/resume")
@needs("admin:clients:suspend", fresh=True)
def client_resume(client_id: str) -> Response:
    """Let the portal in again."""
    applications.resume(reached(client_id).client_id, operator=member().id, rank=member().reach.rank)
    return done(_("应用已恢复。"), f"/admin/clients/{client_id}")


def reached(client_id: str) -> Client:
    """The portal; one out of reach is not there."""
    found = clients.find(client_id)
    if found is None or not member().reach.covers(found.division, found.department):
        raise Rejected("not_found", why="client out of reach", status=404)
    return found


def _one(known: Client, errors: dict[str, str]) -> Response:
    moment = clock.now()
    return show(
        "client",
        "clients",
        400 if errors else 200,
        one=known,
        place=place_of(known.division, known.department),
        secrets=[secret for secret in known.secrets if secret.live(moment)],
        key_count=len(known.jwks.get("keys", [])),
        standing=logout.standing(known.client_id),
        errors=errors,
        typed=request.form.get("cause", "")[:_LONGEST],
    )
