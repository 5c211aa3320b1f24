"""Parts of the record that anybody can verify, and the program that does it."""

from flask import Response
from pydantic import Field

from idp.admin.api.caller import caller, demand_all
from idp.admin.api.endpoints.made import Body, operations
from idp.admin.needs import needs
from idp.audit import export

blueprint = operations("exports", "Verifiable parts of the audit record")

_LINES = "application/x-ndjson"
_PROGRAM = "text/x-python"


class Wanted(Body):
    """Which time, and for what it is exported; the reason stands in the record."""

    since: int = Field(ge=0, le=2**40, description="Epoch seconds")
    until: int = Field(ge=0, le=2**40, description="Epoch seconds, not included")
    reason: str = Field(min_length=4, max_length=120)


@blueprint.post(
    "",
    responses={200: {"content": {_LINES: {"schema": {"type": "string"}}}}},
    summary="Export a part of the record",
)
@needs("admin:audit:export")
def export_record(body: Wanted) -> Response:
    """The events of a time, from one signed root to another; longer times by `idp audit export`."""
    demand_all()
    lines = export.answer(body.since, body.until, operator=caller().id, reason=body.reason)
    return Response(lines, mimetype=_LINES)


@blueprint.get(
    "/verifier",
    responses={200: {"content": {_PROGRAM: {"schema": {"type": "string"}}}}},
    summary="Get the program that verifies an export",
)
@needs("admin:audit:export")
def get_verifier() -> Response:
    """A program that needs nothing of this server."""
    demand_all()
    return Response(export.verifier(), mimetype=_PROGRAM)
