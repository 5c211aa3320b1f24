"""The dashboard: logins, success, time, levels, portals and failures of a reach, or of one portal."""

from flask import Response, request

import clients
from idp import statistics
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, place_of, show
from idp.base.errors import Rejected
from idp.pages import _, chinese, mark
from idp.statistics import CAUSES, TOOK, Span

#: The spans one may look back, by the name in the address.
_SPANS: dict[Span, str] = {"day": mark("24小时"), "week": mark("7天"), "month": mark("30天")}
_CAUSES = dict(
    zip(
        CAUSES,
        (
            mark("密码不正确"), mark("账号不存在"), mark("验证码不正确"), mark("失败次数过多"),
            mark("账号已停用"), mark("等级不足"), mark("请求有误"), mark("其他"),
        ),
        strict=True,
    )
)  # fmt: skip
_TOOK = dict(
    zip(
        (*map(str, TOOK), "more"),
        (mark("10秒以内"), mark("10至30秒"), mark("30至60秒"), mark("1至3分钟"), mark("超过3分钟")),
        strict=True,
    )
)
_LEVELS = (mark("一级"), mark("二级"), mark("三级"), mark("四级"))
_PORTALS = 10


@blueprint.get("/statistics")
@needs("admin:statistics:read")
def statistics_page() -> Response:
    """Figures and charts of one scope and one span."""
    named = request.args.get("span", "")
    span = named if named in _SPANS else "week"
    client = _portal(request.args.get("client", "")[:64])
    scope = f"c:{client.client_id}" if client else statistics.scope_of(member().reach)
    found = statistics.read(scope, span, "login", "level", "took", "cause", "refusal", "entry")
    failures = {**found["cause"], **found["refusal"]}
    tries = found["login"].get("success", 0) + found["login"].get("failure", 0)
    return show(
        "statistics",
        "statistics",
        span=span,
        spans=_SPANS,
        client=client,
        place=_name(client) if client else place_of(member().division, member().department),
        success=found["login"].get("success", 0),
        rate=round(100 * found["login"].get("success", 0) / tries, 1) if tries else None,
        entries=found["entry"].get("success", 0),
        middle=_TOOK.get(statistics.middle(found["took"])),
        series=statistics.series(scope, span, "login"),
        levels=[(_(text), found["level"].get(f"l{level}", 0)) for level, text in enumerate(_LEVELS, start=1)],
        took=[(_(text), found["took"].get(label, 0)) for label, text in _TOOK.items()],
        causes=[(_(text), failures[label]) for label, text in _CAUSES.items() if failures.get(label)],
        portals=[(_portal_name(one), n) for one, n in statistics.portals(scope, span, _PORTALS)],
    )


def _portal(client_id: str) -> clients.Client | None:
    """The portal asked for; one out of reach is not there."""
    found = clients.find(client_id) if client_id else None
    if client_id and (found is None or not member().reach.covers(found.division, found.department)):
        raise Rejected("not_found", why="client out of reach", status=404)
    return found


def _portal_name(client_id: str) -> str:
    found = clients.find(client_id)
    return _name(found) if found else client_id


def _name(client: clients.Client) -> str:
    return client.name if chinese() else client.name_en
