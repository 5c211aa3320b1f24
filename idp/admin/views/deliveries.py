"""Logout notices that did not arrive: seen by portal, sent again; they name no person."""

from flask import Response, request

import clients
from idp import logout
from idp.admin.api.paging import behind, cursor
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, done, sentence, show
from idp.base.errors import Rejected
from idp.logout import service
from idp.pages import _

_PAGE = 50
_STATES = ("failed", "waiting")


@blueprint.get("/deliveries")
@needs("admin:deliveries:read")
def delivery_list() -> Response:
    """Failed notices, or those that wait; the oldest first, of one portal or of all within reach."""
    state = request.args.get("state", "")
    state = state if state in _STATES else "failed"
    client_id = _portal(request.args.get("client", "")[:64])
    since, last = behind(request.args.get("after", "")[:400], 2)
    found = logout.notices(
        member().reach, state, client_id=client_id, after=(_number(since), last), most=_PAGE + 1
    )
    end = found[_PAGE - 1] if len(found) > _PAGE else None
    return show(
        "deliveries",
        "deliveries",
        rows=[(one, clients.find(one.client_id)) for one in found[:_PAGE]],
        state=state,
        client=client_id,
        later=cursor(str(end.created_at), end.id) if end else "",
    )


@blueprint.post("/deliveries/<delivery_id>/retry")
@needs("admin:deliveries:retry", fresh=True)
def delivery_retry(delivery_id: str) -> Response:
    """Send one again now."""
    found = logout.notice(delivery_id, member().reach)
    if found is None:
        raise Rejected("not_found", why="delivery out of reach", status=404)
    try:
        service.retry(found.client_id, delivery_id, operator=member().id)
    except Rejected as refused:
        return done(sentence(refused), "/admin/deliveries")
    return done(_("将立即重新发送，请稍后查看结果。"), "/admin/deliveries?state=waiting")


@blueprint.post("/deliveries/retry")
@needs("admin:deliveries:retry", fresh=True)
def delivery_retry_all() -> Response:
    """Send all of one portal again now."""
    client_id = _portal(request.form.get("client", "")[:64])
    if not client_id:
        raise Rejected("not_found", why="no portal named", status=404)
    count = service.retry_all(client_id, operator=member().id)
    return done(_("%(n)s条通知将立即重新发送，请稍后查看结果。", n=count), "/admin/deliveries?state=waiting")


def _portal(client_id: str) -> str:
    """The id of a portal within reach, or none asked for; one out of reach is not there."""
    found = clients.find(client_id) if client_id else None
    if client_id and (found is None or not member().reach.covers(found.division, found.department)):
        raise Rejected("not_found", why="client out of reach", status=404)
    return client_id


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
