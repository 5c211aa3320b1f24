"""The platform's keys: seen, and given successors; their material never leaves the server."""

from flask import Response
from pydantic import BaseModel, Field

from idp import audit, keyring
from idp.admin.api.caller import caller, demand_all
from idp.admin.api.endpoints.made import Body, answer, operations
from idp.admin.api.paging import PageQuery, behind, next_of
from idp.admin.needs import needs
from idp.base import clock
from idp.base.errors import Rejected
from idp.keyring import marker, service, usage
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


class KeyPath(BaseModel):
    """Which key."""

    kid: str = Field(pattern="^[A-Za-z0-9_-]{1,64}$")


class UseShown(BaseModel):
    """A client that needed a key with a successor."""

    client_id: str
    what: str = Field(description="access_token, encryption, id_token_hint, refresh_token")
    seen_at: int


class UsePage(BaseModel):
    """A page of uses, the latest first."""

    uses: list[UseShown]
    next: str


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


@blueprint.get("/<kid>/uses", responses={200: UsePage}, summary="List who still needs an old key")
@needs("admin:keys:read")
def list_uses(path: KeyPath, query: PageQuery) -> Response:
    """Clients that presented something which needs this key since it has a successor, in the last 90 days."""
    demand_all()
    if all(one.entry.kid != path.kid for one in usage.old_keys(keyring.current().entries)):
        raise Rejected("not_found", "There is no such key with a successor", why="no old key", status=404)
    seen_at, client_id, what = behind(query.cursor, 3)
    if seen_at and not (seen_at.isascii() and seen_at.isdigit() and len(seen_at) < 16):
        raise Rejected("invalid_request", "The cursor is not one of ours")
    after = (int(seen_at), client_id, what) if seen_at else None
    found = usage.uses(path.kid, after=after, most=query.limit + 1)
    shown = [
        UseShown(client_id=one.client_id, what=one.what, seen_at=one.seen_at) for one in found[: query.limit]
    ]
    last = [str(shown[-1].seen_at), shown[-1].client_id, shown[-1].what] if shown else []
    return answer(UsePage(uses=shown, next=next_of(found, query.limit, last)))


@blueprint.post("/rotation", responses={201: Successor}, summary="Publish a successor")
@needs("admin:keys:rotate")
def rotate(body: Rotation) -> Response:
    """Publish a successor now; it takes over when every portal has had time to fetch it."""
    demand_all()
    entry = service.rotate(body.kind, operator=caller().id, record=audit.record)
    return answer(Successor(kid=entry.kid, active_from=entry.active_from), 201)
