"""Branding and notices of divisions: drafted, published, discarded and undone by system administration."""

from flask import Response
from pydantic import Field

from idp.admin.api.endpoints import policy_shapes as shapes
from idp.admin.api.endpoints.made import operations
from idp.admin.api.endpoints.policy_shapes import (
    DraftMade,
    DraftPath,
    NewDocument,
    PolicyPath,
    Published,
    VersionPath,
    Why,
)
from idp.admin.needs import needs

blueprint = operations("branding", "Branding and notices of divisions")
_NOUN = "admin:branding:write"
_KINDS = "^(branding|notices)$"


class OwnPath(PolicyPath):
    """Which branding or notices."""

    kind: str = Field(pattern=_KINDS)


class OwnVersionPath(VersionPath):
    """Which version of branding or notices."""

    kind: str = Field(pattern=_KINDS)


@blueprint.post("/<kind>/<division>/drafts", responses={201: DraftMade}, summary="Draft branding or notices")
@needs("admin:branding:write")
def draft_branding(path: OwnPath, body: NewDocument) -> Response:
    """Keep branding or notices as a draft; `If-Match` names the version they were made from."""
    return shapes.draft(path.kind, path.division, body.document)


@blueprint.post("/drafts/<draft_id>/publication", responses={200: Published}, summary="Publish a draft")
@needs("admin:branding:write")
def publish_branding(path: DraftPath, body: Why) -> Response:
    """Put branding or notices in force; `If-Match` names the version seen in force."""
    return shapes.publish(path.draft_id, body.why, _NOUN)


@blueprint.delete("/drafts/<draft_id>", responses={204: None}, summary="Discard a draft")
@needs("admin:branding:write")
def discard_branding(path: DraftPath) -> Response:
    """Throw a draft of branding or notices away."""
    return shapes.discard(path.draft_id, _NOUN)


@blueprint.post(
    "/<kind>/<division>/versions/<number>/undo", responses={200: Published}, summary="Undo a version"
)
@needs("admin:branding:write")
def undo_branding(path: OwnVersionPath, body: Why) -> Response:
    """Put branding or notices in force as they were before a version."""
    return shapes.undo(path.kind, path.division, path.number, body.why)
