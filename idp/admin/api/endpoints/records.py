"""The audit record, searched; each search is itself on record."""

from typing import Any

import orjson
from flask import Response
from pydantic import BaseModel, Field

import clients
from idp import audit
from idp.admin.api.caller import caller
from idp.admin.api.endpoints.made import answer, operations
from idp.admin.needs import needs
from idp.audit import Inquiry, Reader
from idp.base.errors import Rejected
from idp.divisions import prefix

blueprint = operations("records", "The audit record")


class RecordQuery(BaseModel):
    """What is searched by; empty members restrict nothing."""

    model_config = {"extra": "forbid"}

    client: str = Field("", max_length=64)
    item: str = Field("", max_length=64)
    kind: str = Field("", max_length=40)
    mandate: str = Field("", max_length=64)
    outcome: str = Field("", max_length=8)
    person: str = Field("", max_length=64)
    request: str = Field("", max_length=64, description="The reference number somebody was shown")
    since: int = Field(0, ge=0, le=2**40, description="Epoch seconds")
    until: int = Field(0, ge=0, le=2**40, description="Epoch seconds, not included")
    case: str = Field("", max_length=60, description="Needed when a person or a mandate is looked for")
    reason: str = Field("", max_length=120, description="The same")
    cursor: str = Field("", max_length=36)
    limit: int = Field(50, ge=1, le=200)


class RecordShown(BaseModel):
    """One event."""

    id: str
    time: int = Field(description="Microseconds since the epoch")
    kind: str
    outcome: str
    reason: str
    client: str
    person: str
    organization: str
    item: str
    mandate: str
    region: str
    address: str
    request_id: str
    detail: dict[str, Any]


class RecordPage(BaseModel):
    """A page of events, the newest first."""

    records: list[RecordShown]
    next: str


@blueprint.get("", responses={200: RecordPage}, summary="Search the record")
@needs("admin:audit:read")
def search_records(query: RecordQuery) -> Response:
    """Events within reach, the newest first."""
    reach = caller().reach
    if reach.department and not _own(query.client):
        raise Rejected("audit.client_missing", "Name a portal of the department", why="no own portal")
    inquiry = Inquiry(
        client=query.client,
        item=query.item,
        kind=query.kind,
        mandate=query.mandate,
        outcome=query.outcome,
        person=query.person,
        request=query.request,
        since=query.since,
        until=query.until,
    )
    region = reach.division if prefix(reach.division) else ""
    reader = Reader(operator=caller().id, case=query.case, reason=query.reason, region=region)
    found = audit.search(inquiry, reader, cursor=query.cursor, limit=query.limit)
    return answer(RecordPage(records=[_shown(one) for one in found.events], next=found.cursor))


def _own(client_id: str) -> bool:
    found = clients.find(client_id) if client_id else None
    return found is not None and found.department == caller().reach.department


def _shown(event: audit.Event) -> RecordShown:
    members = {name: getattr(event, name) for name in RecordShown.model_fields if name != "detail"}
    return RecordShown(**members, detail=orjson.loads(event.detail))
