"""The platform's keys: seen, and given successors; their material never leaves the server."""

from flask import Response
from pydantic import BaseModel

from idp import audit, keyring
from idp.admin.api.caller import caller, demand_all
from idp.admin.api.endpoints.made import Body, answer, operations
from idp.admin.needs import needs
from idp.base import clock
from idp.keyring import marker, service
from idp.keyring.ring import keep_seconds

blueprint = operations("keys", "Signing, sealing and index keys")


class KeyShown(BaseModel):
    """A key, without its material."""

    kid: str
    kind: str
    state: str
    created_at: int
    active_from: int
    leaves_at: int | None


class KeyList(BaseModel):
    """All keys."""

    keys: list[KeyShown]


class Rotation(Body):
    """Which kind of key gets a successor."""

    kind: str


class Successor(BaseModel):
    """The key that was published, and when it takes over."""

    kid: str
    active_from: int


@blueprint.get("", responses={200: KeyList}, summary="List keys")
@needs("admin:keys:read")
def list_keys() -> Response:
    """Every key, its state and when that changes."""
    demand_all()
    standings = marker.standings(keyring.current().entries, clock.now(), keep_seconds())
    return answer(
        KeyList(
            keys=[
                KeyShown(
                    kid=one.entry.kid,
                    kind=one.entry.kind,
                    state=one.state,
                    created_at=one.entry.created_at,
                    active_from=one.entry.active_from,
                    leaves_at=one.leaves_at,
                )
                for one in standings
            ]
        )
    )


@blueprint.post("/rotation", responses={201: Successor}, summary="Publish a successor")
@needs("admin:keys:rotate")
def rotate(body: Rotation) -> Response:
    """Publish a successor now; it takes over when every portal has had time to fetch it."""
    demand_all()
    entry = service.rotate(body.kind, operator=caller().id, record=audit.record)
    return answer(Successor(kid=entry.kid, active_from=entry.active_from), 201)
