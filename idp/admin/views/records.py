"""The audit record, searched: who did what, when; each search is itself on record."""

from datetime import datetime
from urllib.parse import urlencode

from flask import Response, request

import clients
from idp import audit, pages
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, reaches_all, show
from idp.audit import Inquiry, Reader
from idp.audit.event import OUTCOMES
from idp.audit.events import KINDS
from idp.base.clock import SHANGHAI
from idp.base.errors import Rejected
from idp.divisions import prefix

_PAGE = 50

#: What a search may restrict, in the order of the form.
FIELDS = (
    ("request", pages.mark("错误编号")),
    ("client", pages.mark("应用编号")),
    ("item", pages.mark("事项编码")),
    ("mandate", pages.mark("授权编号")),
    ("person", pages.mark("用户编号")),
)


@blueprint.get("/records")
@needs("admin:audit:read")
def records() -> Response:
    """The form, and what was found by it, newest first."""
    asked = request.args
    if "search" not in asked:
        return _page({})
    try:
        inquiry = _inquiry()
        _demand_reach(inquiry)
        found = audit.search(inquiry, _reader(), cursor=asked.get("cursor", "")[:36], limit=_PAGE)
    except Rejected as refused:
        if refused.code not in _REFUSALS:
            raise
        return _page({"": pages._(_REFUSALS[refused.code])}, 400)
    later = urlencode({**asked, "cursor": found.cursor}) if found.cursor else ""
    return _page({}, found=found.events, later=later)


@blueprint.get("/roots")
@needs("admin:audit:verify")
def roots() -> Response:
    """The signed roots of the chain, newest first: what an outside party keeps."""
    return show("roots", "records", roots=list(reversed(audit.signed_roots()))[:_PAGE], whole=reaches_all())


_REFUSALS = {
    "audit.client_missing": pages.mark("请填写您管辖范围内的应用编号。"),
    "audit.reason_missing": pages.mark("按用户或授权查询时，须填写案件编号和理由。"),
    "audit.day": pages.mark("日期须写成2026-11-22的形式。"),
    "audit.kind": pages.mark("没有这种事件，请从列表中选择。"),
    "audit.range_empty": pages.mark("截止日期须不早于起始日期。"),
}


def _inquiry() -> Inquiry:
    asked = request.args
    kind, outcome = asked.get("kind", ""), asked.get("outcome", "")
    since, until = day(asked.get("since", "")), day(asked.get("until", ""))
    if (kind and kind not in KINDS) or (outcome and outcome not in OUTCOMES):
        raise Rejected("audit.kind", why="no such kind or outcome")
    if since and until and until < since:
        raise Rejected("audit.range_empty", why="the time is empty")
    typed = {name: asked.get(name, "").strip()[:128] for name, _ in FIELDS}
    return Inquiry(
        person=typed["person"],
        client=typed["client"],
        mandate=typed["mandate"],
        item=typed["item"],
        request=typed["request"],
        kind=kind,
        outcome=outcome,
        since=int(since.timestamp()) if since else 0,
        until=int(until.timestamp()) + 86_400 if until else 0,
    )


def day(text: str) -> datetime | None:
    """Midnight in Asia/Shanghai of a day as typed."""
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Rejected("audit.day", why="not a day") from None


def _reader() -> Reader:
    own, asked = member(), request.args
    return Reader(
        operator=own.id,
        case=asked.get("case", "").strip()[:60],
        reason=asked.get("reason", "").strip()[:120],
        region=own.division if prefix(own.division) else "",
    )


def _demand_reach(inquiry: Inquiry) -> None:
    """A department sees the record of its own portals alone, one at a time."""
    own = member()
    if not own.department:
        return
    client = clients.find(inquiry.client) if inquiry.client else None
    if client is None or client.department != own.department:
        raise Rejected("audit.client_missing", why="not a portal of the department")


def _page(
    errors: dict[str, str],
    status: int = 200,
    *,
    found: tuple[audit.Event, ...] | None = None,
    later: str = "",
) -> Response:
    return show(
        "records",
        "records",
        status,
        whole=reaches_all(),
        errors=errors,
        fields=FIELDS,
        kinds=KINDS,
        outcomes=OUTCOMES,
        asked=request.args,
        found=found,
        later=later,
    )
