"""Alarms of the record: what somebody should look at, each where its subject stands."""

from flask import Response
from pydantic import BaseModel, Field

from idp import audit
from idp.admin.api.caller import caller
from idp.admin.api.endpoints.made import answer, operations
from idp.admin.api.paging import PageQuery
from idp.admin.needs import needs
from idp.base.errors import Rejected

blueprint = operations("alarms", "Alarms of the audit record")


class AlarmQuery(PageQuery):
    """Which alarms."""

    open: bool = Field(False, description="Only those that have not ended")


class AlarmShown(BaseModel):
    """One episode."""

    id: str
    kind: str
    subject: str = Field(description="An address, an operator, a portal, or the part that stands still")
    count: int = Field(description="The most that was seen: persons, seconds or events")
    began_at: int
    seen_at: int
    ended_at: int | None
    division: str = Field(description="Where the subject stands; empty: the whole platform")
    department: str


class AlarmPage(BaseModel):
    """A page of alarms, the newest first."""

    alarms: list[AlarmShown]
    next: str


@blueprint.get("", responses={200: AlarmPage}, summary="List alarms")
@needs("admin:alarms:read")
def list_alarms(query: AlarmQuery) -> Response:
    """Alarms whose subject stands within reach; those of the platform itself are the nation's."""
    if query.cursor and not audit.is_cursor(query.cursor):
        raise Rejected("invalid_request", "The cursor is not one of ours")
    reach = caller().reach
    found = audit.alarms(
        open_only=query.open,
        cursor=query.cursor,
        limit=query.limit + 1,
        division=reach.division,
        department=reach.department,
    )
    shown = [
        AlarmShown(**{name: getattr(one, name) for name in AlarmShown.model_fields})
        for one in found[: query.limit]
    ]
    return answer(AlarmPage(alarms=shown, next=shown[-1].id if len(found) > query.limit else ""))
