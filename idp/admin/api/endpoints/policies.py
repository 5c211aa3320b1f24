"""Policies of divisions: seen by all administrations; items and rules drafted, tried, published, undone."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from pydantic import BaseModel, Field

from idp import policies
from idp.admin.api import preconditions
from idp.admin.api.caller import caller
from idp.admin.api.endpoints import policy_shapes as shapes
from idp.admin.api.endpoints.made import answer, operations
from idp.admin.api.endpoints.policy_shapes import (
    DraftMade,
    DraftPath,
    DraftShown,
    ItemChanges,
    ItemPage,
    ItemShown,
    NewDocument,
    PolicyPage,
    PolicyPath,
    PolicyShown,
    Published,
    TrialShown,
    VersionPage,
    VersionPath,
    VersionShown,
    Why,
)
from idp.admin.api.paging import PageQuery, SearchQuery, behind, cursor
from idp.admin.needs import needs
from idp.base.errors import Rejected
from idp.policies import queries, trial
from idp.policies.kinds.items import ITEMS

blueprint = operations("policies", "Policies of divisions: items, rules, branding, notices")
_NOUN = "admin:policies:write"


class PlacePath(BaseModel):
    """Which division."""

    division: str = Field(pattern="^[0-9]{6}$")


class OwnVersionPath(VersionPath):
    """Which version of items or rules."""

    kind: str = Field(pattern="^(items|rules)$")


@blueprint.get("", responses={200: PolicyPage}, summary="List policies")
@needs("admin:policies:read")
def list_policies(query: PageQuery) -> Response:
    """What is in force within reach, by division and kind."""
    division, kind = behind(query.cursor, 2)
    found = queries.listed(caller().reach, after=(division, kind), most=query.limit + 1)
    last = found[query.limit - 1] if len(found) > query.limit else None
    lines = [shapes.line(one) for one in found[: query.limit]]
    return answer(PolicyPage(policies=lines, next=cursor(last.division, last.kind) if last else ""))


@blueprint.get("/<kind>/<division>", responses={200: PolicyShown}, summary="Show a policy")
@needs("admin:policies:read")
def show_policy(path: PolicyPath) -> Response:
    """A policy as it is in force at a division itself; version 0 says nothing yet. Items are listed apart."""
    kind = shapes.reached(path.kind, path.division)
    found = queries.current(kind.name, path.division)
    document: Mapping[str, Any] = found.document if found else kind.document(kind.empty)
    shown = PolicyShown(
        kind=path.kind,
        division=path.division,
        version=found.number if found else 0,
        document=None if kind.name == "items" else dict(document),
    )
    return preconditions.tag(answer(shown), shown.version)


@blueprint.get("/items/<division>/items", responses={200: ItemPage}, summary="Search the items that hold")
@needs("admin:policies:read")
def list_items(path: PlacePath, query: SearchQuery) -> Response:
    """Items that hold at a division, by code; `q` is the beginning of a code or part of a name."""
    shapes.reached("items", path.division)
    (after,) = behind(query.cursor, 1)
    here, own = policies.current().at(path.division), policies.current().own("items", path.division) or {}
    found = here.search(query.q, after=after, most=query.limit + 1)
    rows = ITEMS.rows({one.code: one for one in found[: query.limit]})
    shown = [ItemShown(item_code=code, own=code in own, members=dict(row)) for code, row in rows.items()]
    following = cursor(shown[-1].item_code) if len(found) > query.limit else ""
    return answer(ItemPage(items=shown, next=following))


@blueprint.get("/<kind>/<division>/versions", responses={200: VersionPage}, summary="List versions")
@needs("admin:policies:read")
def list_versions(path: PolicyPath, query: PageQuery) -> Response:
    """The versions of a policy, the newest first: who changed it, when and why."""
    kind = shapes.reached(path.kind, path.division)
    (before,) = behind(query.cursor, 1)
    if before and not (before.isascii() and before.isdigit() and len(before) < 10):
        raise Rejected("invalid_request", "The cursor is not one of ours")
    found = queries.history(
        kind.name, path.division, before=int(before) if before else None, most=query.limit + 1
    )
    lines = [shapes.line(one) for one in found[: query.limit]]
    following = cursor(str(lines[-1].version)) if len(found) > query.limit else ""
    return answer(VersionPage(versions=lines, next=following))


@blueprint.get(
    "/<kind>/<division>/versions/<number>", responses={200: VersionShown}, summary="Show a version"
)
@needs("admin:policies:read")
def show_version(path: VersionPath) -> Response:
    """What a version changed; the first two hundred differences."""
    kind = shapes.reached(path.kind, path.division)
    found = queries.version(kind.name, path.division, path.number)
    if found is None:
        raise Rejected("not_found", "There is no such version", why="no such version", status=404)
    before = queries.version(kind.name, path.division, path.number - 1)
    changes = policies.diff(kind.name, before.document if before else None, found.document)
    told = shapes.told(changes)
    return answer(VersionShown(**shapes.line(found).model_dump(), differences=told, changes=len(changes)))


@blueprint.post("/rules/<division>/drafts", responses={201: DraftMade}, summary="Draft rules")
@needs("admin:policies:write")
def draft_rules(path: PlacePath, body: NewDocument) -> Response:
    """Keep rules as a draft; `If-Match` names the version they were made from, `"v0"` the first."""
    return shapes.draft("rules", path.division, body.document)


@blueprint.post("/items/<division>/drafts", responses={201: DraftMade}, summary="Draft changes of items")
@needs("admin:policies:write")
def draft_items(path: PlacePath, body: ItemChanges) -> Response:
    """Keep the catalogue with some items added, changed or, where null is said, removed as a draft."""
    shapes.reached("items", path.division)
    current = queries.current("items", path.division)
    rows = dict(current.document["items"]) if current else {}
    rows |= body.items
    kept = {code: members for code, members in sorted(rows.items()) if members is not None}
    return shapes.draft("items", path.division, {"items": kept})


@blueprint.get("/drafts/<draft_id>", responses={200: DraftShown}, summary="Show a draft")
@needs("admin:policies:read")
def show_draft(path: DraftPath) -> Response:
    """A draft beside what is in force; the first two hundred differences."""
    one = shapes.found(path.draft_id)
    current = queries.current(one.kind, one.division)
    changes = policies.diff(one.kind, current.document if current else None, one.document)
    shown = DraftShown(
        id=one.id,
        kind=one.kind,
        division=one.division,
        base=one.base,
        stale=one.base != (current.number if current else 0),
        created_by=one.created_by,
        created_at=one.created_at,
        differences=shapes.told(changes),
        changes=len(changes),
    )
    return preconditions.tag(answer(shown), one.base)


@blueprint.get("/drafts/<draft_id>/trial", responses={200: TrialShown}, summary="Try a draft")
@needs("admin:policies:read")
def try_draft(path: DraftPath) -> Response:
    """What a draft would have changed of the entries of the last days; groups of fewer than five are null."""
    return answer(shapes.tried(trial.of(shapes.found(path.draft_id))))


@blueprint.post("/drafts/<draft_id>/publication", responses={200: Published}, summary="Publish a draft")
@needs("admin:policies:write")
def publish_draft(path: DraftPath, body: Why) -> Response:
    """Put items or rules in force; `If-Match` names the version seen in force."""
    return shapes.publish(path.draft_id, body.why, _NOUN)


@blueprint.delete("/drafts/<draft_id>", responses={204: None}, summary="Discard a draft")
@needs("admin:policies:write")
def discard_draft(path: DraftPath) -> Response:
    """Throw a draft of items or rules away."""
    return shapes.discard(path.draft_id, _NOUN)


@blueprint.post(
    "/<kind>/<division>/versions/<number>/undo", responses={200: Published}, summary="Undo a version"
)
@needs("admin:policies:write")
def undo_version(path: OwnVersionPath, body: Why) -> Response:
    """Put items or rules in force as they were before a version; `If-Match` names what was seen in force."""
    return shapes.undo(path.kind, path.division, path.number, body.why)
