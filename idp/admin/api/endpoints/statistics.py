"""Figures of one's reach, or of one portal, as the dashboard shows them."""

from typing import Literal

from flask import Response
from pydantic import BaseModel, ConfigDict, Field

from idp import statistics
from idp.admin.api.caller import caller, reached
from idp.admin.api.endpoints.made import answer, operations
from idp.admin.needs import needs

blueprint = operations("statistics", "Logins, levels, portals and failures")

_PORTALS = 50


class StatisticsQuery(BaseModel):
    """Which span, and of what."""

    model_config = ConfigDict(extra="forbid")

    span: Literal["day", "week", "month"] = Field("week", description="24 hours, 7 days, 30 days")
    client_id: str = Field("", max_length=64, pattern="^[a-z0-9-]*$", description="Of one portal alone")


class PeriodShown(BaseModel):
    """An hour or a day (Asia/Shanghai)."""

    period: str
    success: int
    failure: int


class PortalShown(BaseModel):
    """How often people logged in at a portal."""

    client_id: str
    logins: int


class StatisticsShown(BaseModel):
    """Figures of a span; nobody can be found in them."""

    span: str
    success: int = Field(description="Logins")
    failure: int
    entries: int = Field(description="Entries into portals, with and without a login")
    levels: dict[str, int]
    seconds: dict[str, int] = Field(description="Logins by how long they took: under so many seconds, more")
    causes: dict[str, int] = Field(description="Failed logins and refused entries by cause")
    periods: list[PeriodShown]
    portals: list[PortalShown]


@blueprint.get("", responses={200: StatisticsShown}, summary="Show figures of a span")
@needs("admin:statistics:read")
def show_statistics(query: StatisticsQuery) -> Response:
    """Figures of the caller's reach, or of a portal within it."""
    client = reached(query.client_id) if query.client_id else None
    scope = f"c:{client.client_id}" if client else statistics.scope_of(caller().reach)
    found = statistics.read(scope, query.span, "login", "level", "took", "cause", "refusal", "entry")
    return answer(
        StatisticsShown(
            span=query.span,
            success=found["login"].get("success", 0),
            failure=found["login"].get("failure", 0),
            entries=found["entry"].get("success", 0),
            levels=found["level"],
            seconds=found["took"],
            causes={**found["cause"], **found["refusal"]},
            periods=[
                PeriodShown(period=period, success=n.get("success", 0), failure=n.get("failure", 0))
                for period, n in statistics.series(scope, query.span, "login")
            ],
            portals=[
                PortalShown(client_id=client_id, logins=n)
                for client_id, n in statistics.portals(scope, query.span, _PORTALS)
            ],
        )
    )
