"""Portals within reach."""

from typing import Any

from flask import Response
from pydantic import BaseModel, Field

from clients import manifest, queries
from clients.applications import service as applications
from idp.admin.api.caller import caller, reached
from idp.admin.api.endpoints.made import Body, answer, operations
from idp.admin.api.paging import SearchQuery, behind, cursor
from idp.admin.needs import needs
from idp.base.errors import Rejected

blueprint = operations("clients", "Portals (relying parties)")


class ClientLine(BaseModel):
    """A portal in a list."""

    client_id: str
    name: str
    organization: str
    division: str
    department: str
    environment: str
    enabled: bool


class ClientPage(BaseModel):
    """A page of portals."""

    clients: list[ClientLine]
    next: str


class ClientPath(BaseModel):
    """Which portal."""

    client_id: str = Field(pattern="^[a-z0-9-]{1,64}$")


class ClientShown(BaseModel):
    """A portal with its registration, as its manifest would say it; secrets are never shown."""

    enabled: bool
    registration: dict[str, Any]


class Standing(Body):
    """Whether a portal is in service, and why it is to be so."""

    enabled: bool
    cause: str = Field("", max_length=120, description="Needed to suspend; it stands in the record")


class StandingShown(BaseModel):
    """Whether a portal is in service."""

    enabled: bool


@blueprint.get("", responses={200: ClientPage}, summary="List portals")
@needs("admin:clients:read")
def list_clients(query: SearchQuery) -> Response:
    """Portals within reach, by division and id; `q` is part of a name, an id or an organisation."""
    division, client_id = behind(query.cursor, 2)
    found = queries.page(caller().reach, after=(division, client_id), most=query.limit + 1, typed=query.q)
    shown = [
        ClientLine(**{name: getattr(one, name) for name in ClientLine.model_fields})
        for one in found[: query.limit]
    ]
    following = cursor(*found[query.limit - 1].cursor) if len(found) > query.limit else ""
    return answer(ClientPage(clients=shown, next=following))


@blueprint.get("/<client_id>", responses={200: ClientShown}, summary="Show a portal")
@needs("admin:clients:read")
def show_client(path: ClientPath) -> Response:
    """One portal."""
    found = reached(path.client_id)
    return answer(ClientShown(enabled=found.enabled, registration=manifest.document(found)))


@blueprint.put(
    "/<client_id>/standing", responses={200: StandingShown}, summary="Suspend a portal, or let it in"
)
@needs("admin:clients:suspend")
def set_standing(path: ClientPath, body: Standing) -> Response:
    """Suspend a portal, or let it in again; the same again changes nothing."""
    found = reached(path.client_id)
    if body.enabled:
        applications.resume(found.client_id, operator=caller().id, rank=caller().reach.rank)
    elif cause := body.cause.strip():
        applications.stop(found.client_id, operator=caller().id, cause=cause, rank=caller().reach.rank)
    else:
        raise Rejected("client.cause", "Say why the portal is suspended")
    return answer(StandingShown(enabled=body.enabled))
