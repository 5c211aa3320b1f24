"""The platform's keys: their state, their successors, and who still needs an old one."""

from flask import Response, request

import clients
from idp import audit, keyring
from idp.admin.api.paging import behind, cursor
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, demand_all, done, sentence, show
from idp.base import clock
from idp.base.errors import Rejected
from idp.keyring import marker, material, service, usage
from idp.keyring.ring import keep_seconds
from idp.pages import _, mark

_PAGE = 50

#: What a client presented, and what becomes of it.
_WHATS = {
    "access_token": (mark("访问令牌"), mark("无需处理：令牌到期后不再出现。")),
    "encryption": (
        mark("加密给平台的请求或提示"),
        mark("请该应用重新读取公钥集（JWKS），改用新的加密公钥；旧密钥退出后，此类请求会被拒绝。"),
    ),
    "id_token_hint": (
        mark("用旧密钥签名的ID令牌（id_token_hint）"),
        mark("请该应用改用最近一次登录得到的ID令牌；旧密钥退出后，此类请求会被拒绝。"),
    ),
    "refresh_token": (mark("刷新令牌"), mark("无需处理：下次刷新时换用新密钥。")),
}


@blueprint.get("/keys")
@needs("admin:keys:read")
def keys() -> Response:
    """Every key, kind by kind, and how many still need an old one; no material leaves the server."""
    demand_all()
    found = marker.standings(keyring.current().entries, clock.now(), keep_seconds())
    kinds = {kind: [one for one in found if one.entry.kind == kind] for kind in material.KINDS}
    old = usage.counts([one.entry.kid for one in usage.old_keys(keyring.current().entries)])
    return show(
        "keys", "keys", kinds=kinds, rotating=material.ROTATING, broken=bool(keyring.broken()), old=old
    )


@blueprint.get("/keys/<kid>")
@needs("admin:keys:read")
def key_uses(kid: str) -> Response:
    """Which portals still need an old key, for what, and the next step."""
    demand_all()
    one = next((one for one in usage.old_keys(keyring.current().entries) if one.entry.kid == kid), None)
    if one is None:
        raise Rejected("not_found", why="no such old key", status=404)
    seen_at, client_id, what = behind(request.args.get("after", "")[:400], 3)
    after = (
        (int(seen_at), client_id, what)
        if seen_at.isascii() and seen_at.isdigit() and len(seen_at) < 16
        else None
    )
    found = usage.uses(kid, after=after, most=_PAGE + 1)
    end = found[_PAGE - 1] if len(found) > _PAGE else None
    return show(
        "key",
        "keys",
        one=one,
        rows=[(use, clients.find(use.client_id)) for use in found[:_PAGE]],
        whats=_WHATS,
        later=cursor(str(end.seen_at), end.client_id, end.what) if end else "",
    )


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
