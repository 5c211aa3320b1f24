"""A part of the record as a file that anybody can verify, for those who keep it outside."""

from datetime import datetime

from flask import Response, request

from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, demand_all, sentence, show
from idp.admin.views.records import day
from idp.audit import export
from idp.base.errors import Rejected

_DAY_SECONDS = 86_400
_FIELDS = {"audit.range_empty": "until", "audit.range_long": "until", "audit.reason_missing": "reason"}


@blueprint.get("/export")
@needs("admin:audit:export")
def export_form() -> Response:
    """Which days, and for what."""
    demand_all()
    return _form({})


@blueprint.post("/export")
@needs("admin:audit:export", fresh=True)
def export_record() -> Response:
    """The events of some days (Asia/Shanghai), from one signed root to another."""
    demand_all()
    try:
        since, until = _day("since"), _day("until")
        lines = export.answer(
            int(since.timestamp()),
            int(until.timestamp()) + _DAY_SECONDS,
            operator=member().id,
            reason=request.form.get("reason", ""),
        )
    except Rejected as refused:
        return _form({_FIELDS.get(refused.code, "since"): sentence(refused)})
    name = f"audit-{since:%Y-%m-%d}-{until:%Y-%m-%d}.jsonl"
    return _file(Response(lines, mimetype="application/x-ndjson"), name)


@blueprint.get("/export/verifier")
@needs("admin:audit:export")
def export_verifier() -> Response:
    """The program that verifies an export."""
    demand_all()
    return _file(Response(export.verifier(), mimetype="text/x-python"), export.VERIFIER)


def _day(name: str) -> datetime:
    found = day(request.form.get(name, ""))
    if found is None:
        raise Rejected("audit.day", why="no day")
    return found


def _file(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _form(errors: dict[str, str]) -> Response:
    return show("export", "records", 400 if errors else 200, errors=errors, typed=request.form)
