"""The platform's keys: their state, their successors, and who still works with an old one."""

from flask import Response, request

from idp import audit, keyring
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, demand_all, done, sentence, show
from idp.base import clock
from idp.base.errors import Rejected
from idp.keyring import marker, material, service
from idp.keyring.ring import keep_seconds
from idp.pages import _


@blueprint.get("/keys")
@needs("admin:keys:read")
def keys() -> Response:
    """Every key, kind by kind; no material leaves the server."""
    demand_all()
    found = marker.standings(keyring.current().entries, clock.now(), keep_seconds())
    kinds = {kind: [one for one in found if one.entry.kind == kind] for kind in material.KINDS}
    return show("keys", "keys", kinds=kinds, rotating=material.ROTATING, broken=bool(keyring.broken()))


@blueprint.post("/keys/rotate")
@needs("admin:keys:rotate", fresh=True)
def key_rotate() -> Response:
    """Publish a successor of one kind now; it takes over when every portal has had time to fetch it."""
    demand_all()
    kind = request.form.get("kind", "")
    if kind not in material.ROTATING:
        raise Rejected("not_found", why="no such kind of key", status=404)
    try:
        made = service.rotate(kind, operator=member().id, record=audit.record)
    except Rejected as refused:
        return done(sentence(refused), "/admin/keys")
    return done(_("新密钥%(kid)s已发布，将按时启用。", kid=made.kid[:16]), "/admin/keys")
