"""Logout notices that did not arrive: seen by portal, sent again; they name no person."""

from typing import Literal

from flask import Response
from pydantic import BaseModel, Field

from idp import logout
from idp.admin.api.caller import caller, reached
from idp.admin.api.endpoints.made import Body, answer, operations
from idp.admin.api.paging import PageQuery, behind, cursor
from idp.admin.needs import needs
from idp.base.errors import Rejected
from idp.logout import service

blueprint = operations("deliveries", "Logout notices to portals")


class DeliveryQuery(PageQuery):
    """Which notices."""

    state: Literal["failed", "waiting"] = Field("failed", description="Given up, or still tried")
    client_id: str = Field("", max_length=64, pattern="^[a-z0-9-]*$", description="Of one portal")


class DeliveryShown(BaseModel):
    """A notice, without what it says."""

    id: str
    client_id: str
    attempts: int
    outcome: str
    created_at: int
    next_at: int


class DeliveryPage(BaseModel):
    """A page of notices, the oldest first."""

    deliveries: list[DeliveryShown]
    next: str


class DeliveryPath(BaseModel):
    """Which notice."""

    delivery_id: str = Field(pattern="^[0-9a-f-]{36}$")


class Retried(BaseModel):
    """What is sent again."""

    id: str


class WholePortal(Body):
    """Which portal."""

    client_id: str = Field(pattern="^[a-z0-9-]{1,64}$")


class RetriedAll(BaseModel):
    """How many notices are sent again."""

    retried: int


@blueprint.get("", responses={200: DeliveryPage}, summary="List logout notices")
@needs("admin:deliveries:read")
def list_deliveries(query: DeliveryQuery) -> Response:
    """Notices of portals within reach that failed or wait, the oldest first."""
    if query.client_id:
        reached(query.client_id)
    since, last = behind(query.cursor, 2)
    if since and not (since.isascii() and since.isdigit() and len(since) < 16):
        raise Rejected("invalid_request", "The cursor is not one of ours")
    found = logout.notices(
        caller().reach,
        query.state,
        client_id=query.client_id,
        after=(int(since or 0), last),
        most=query.limit + 1,
    )
    shown = [
        DeliveryShown(**{name: getattr(one, name) for name in DeliveryShown.model_fields})
        for one in found[: query.limit]
    ]
    following = cursor(str(shown[-1].created_at), shown[-1].id) if len(found) > query.limit else ""
    return answer(DeliveryPage(deliveries=shown, next=following))


@blueprint.post("/<delivery_id>/retry", responses={200: Retried}, summary="Send a notice again")
@needs("admin:deliveries:retry")
def retry_delivery(path: DeliveryPath) -> Response:
    """Send one again now."""
    found = logout.notice(path.delivery_id, caller().reach)
    if found is None:
        raise Rejected("not_found", "There is no such notice", why="delivery out of reach", status=404)
    service.retry(found.client_id, path.delivery_id, operator=caller().id)
    return answer(Retried(id=path.delivery_id))


@blueprint.post("/retry", responses={200: RetriedAll}, summary="Send all notices of a portal again")
@needs("admin:deliveries:retry")
def retry_deliveries(body: WholePortal) -> Response:
    """Send whatever a portal has not heard again now."""
    known = reached(body.client_id)
    return answer(RetriedAll(retried=service.retry_all(known.client_id, operator=caller().id)))
