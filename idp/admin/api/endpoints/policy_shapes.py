"""What operations on policies take and answer, and the verbs that both of their nouns share."""

from collections.abc import Sequence
from typing import Any, cast

from flask import Response
from pydantic import BaseModel, Field

from idp import divisions
from idp.admin.api import preconditions
from idp.admin.api.caller import caller
from idp.admin.api.endpoints.made import Body, answer
from idp.base.errors import Rejected
from idp.policies import Difference, Draft, KindName, Version, kinds, queries, service
from idp.policies.kinds import Kind
from idp.policies.policy import LONGEST_WHY
from idp.policies.trial import Trial
from idp.policies.whatif import Size

_DIVISION = "^[0-9]{6}$"
_TOLD = 200


class PolicyPath(BaseModel):
    """Which policy."""

    kind: str = Field(pattern="^(items|rules|branding|notices)$")
    division: str = Field(pattern=_DIVISION)


class VersionPath(PolicyPath):
    """Which version of it."""

    number: int = Field(ge=1, le=10**8)


class DraftPath(BaseModel):
    """Which draft."""

    draft_id: str = Field(pattern="^[0-9a-f-]{36}$")


class PolicyLine(BaseModel):
    """A version of a policy."""

    kind: str
    division: str
    version: int
    changed_at: int
    changed_by: str
    why: str
    undoes: int | None


class PolicyPage(BaseModel):
    """A page of policies in force."""

    policies: list[PolicyLine]
    next: str


class VersionPage(BaseModel):
    """A page of versions."""

    versions: list[PolicyLine]
    next: str


class PolicyShown(BaseModel):
    """A policy in force; ``document`` is null for a catalogue."""

    kind: str
    division: str
    version: int
    document: dict[str, Any] | None


class ItemShown(BaseModel):
    """An item as it holds; ``own``: whether the division itself says something of it."""

    item_code: str
    own: bool
    members: dict[str, Any]


class ItemPage(BaseModel):
    """A page of items."""

    items: list[ItemShown]
    next: str


class DifferenceShown(BaseModel):
    """One member that changed; of a row that came or went, ``member`` is empty."""

    at: str
    member: str
    old: Any
    new: Any


class VersionShown(PolicyLine):
    """A version and what it changed; ``changes`` counts differences that are not listed, too."""

    changes: int
    differences: list[DifferenceShown]


class NewDocument(Body):
    """A policy to come, whole."""

    document: dict[str, Any]


class ItemChanges(Body):
    """Items by code: their members, or null where one is to go."""

    items: dict[str, dict[str, Any] | None] = Field(min_length=1, max_length=500)


class DraftMade(BaseModel):
    """What was kept."""

    id: str


class DraftShown(BaseModel):
    """A draft; a stale one can no longer be published."""

    id: str
    kind: str
    division: str
    base: int
    stale: bool
    created_by: str
    created_at: int
    changes: int
    differences: list[DifferenceShown]


class Why(Body):
    """The reason, for the history."""

    why: str = Field(min_length=2, max_length=LONGEST_WHY)


class Published(BaseModel):
    """The version that is in force now."""

    version: int


class SizeShown(BaseModel):
    """About how many entries of how many persons, in steps of five; null for fewer than five persons."""

    entries: int | None
    persons: int | None


class PortalTried(BaseModel):
    """A portal with all its entries, and those that would change."""

    client_id: str
    all: SizeShown
    changed: SizeShown


class LevelTried(BaseModel):
    """From which level to which persons would be asked."""

    before: int
    after: int
    size: SizeShown


class TrialShown(BaseModel):
    """What a draft would have changed; ``bound`` says what ended the reading early."""

    since: int
    bound: str
    made_at: int
    total: SizeShown
    outcomes: dict[str, SizeShown]
    levels: list[LevelTried]
    reasons: dict[str, SizeShown]
    scopes: dict[str, SizeShown]
    portals: list[PortalTried]


def reached(kind: str, division: str) -> Kind[Any]:
    """The kind, if the division is within reach; raises ``Rejected`` (404)."""
    known = kinds.find(kind)
    if not caller().reach.covers(division) or divisions.find(division) is None:
        raise Rejected("not_found", "There is no such policy", why="division out of reach", status=404)
    return known


def found(draft_id: str, permission: str = "") -> Draft:
    """The draft, of a kind of this permission; one out of reach is not there."""
    one = queries.draft(draft_id)
    if one is None:
        raise Rejected("not_found", "There is no such draft", why="no such draft", status=404)
    kind = reached(one.kind, one.division)
    if permission and kind.permission != permission:
        raise Rejected("not_found", "There is no such draft", why="a kind of another permission", status=404)
    return one


def draft(kind: str, division: str, document: object) -> Response:
    """Keep a document as a draft."""
    made = service.draft(
        cast(KindName, kind),
        division,
        document,
        base=preconditions.seen(),
        operator=caller().id,
        reach=caller().reach,
    )
    return answer(DraftMade(id=made), 201)


def publish(draft_id: str, why: str, permission: str) -> Response:
    """Put a draft in force."""
    expected = preconditions.seen()
    found(draft_id, permission)
    number = service.publish(draft_id, why=why, expected=expected, operator=caller().id, reach=caller().reach)
    return preconditions.tag(answer(Published(version=number)), number)


def discard(draft_id: str, permission: str) -> Response:
    """Throw a draft away."""
    found(draft_id, permission)
    service.discard(draft_id, operator=caller().id, reach=caller().reach)
    return Response(status=204)


def undo(kind: str, division: str, number: int, why: str) -> Response:
    """Put the version before one in force again."""
    made = service.undo(
        cast(KindName, kind),
        division,
        number,
        why=why,
        expected=preconditions.seen(),
        operator=caller().id,
        reach=caller().reach,
    )
    return preconditions.tag(answer(Published(version=made)), made)


def line(one: Version) -> PolicyLine:
    """A version without its document."""
    names = set(PolicyLine.model_fields) - {"version"}
    return PolicyLine(version=one.number, **{name: getattr(one, name) for name in names})


def told(changes: Sequence[Difference]) -> list[DifferenceShown]:
    """The first differences."""
    return [
        DifferenceShown(**{name: getattr(one, name) for name in DifferenceShown.model_fields})
        for one in changes[:_TOLD]
    ]


def tried(one: Trial) -> TrialShown:
    """A trial for programs."""
    report = one.report
    return TrialShown(
        since=one.since,
        bound=one.bound,
        made_at=one.made_at,
        total=_size(report.total),
        outcomes={name: _size(size) for name, size in report.outcomes},
        levels=[LevelTried(before=old, after=new, size=_size(size)) for old, new, size in report.levels],
        reasons={name: _size(size) for name, size in report.reasons},
        scopes={name: _size(size) for name, size in report.scopes},
        portals=[
            PortalTried(client_id=name, all=_size(every), changed=_size(changed))
            for name, every, changed in report.portals
        ],
    )


def _size(size: Size) -> SizeShown:
    return SizeShown(entries=size.entries, persons=size.persons)
