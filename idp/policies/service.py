"""Lasting verbs: draft a policy, publish it, discard it, undo a version. No version is ever overwritten."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from clients import texts, version
from idp import audit, divisions
from idp.base import clock
from idp.base.errors import Rejected
from idp.divisions import Reach
from idp.policies import documents, kinds, queries, sheet, snapshot
from idp.policies.combination import path_of
from idp.policies.difference import diff
from idp.policies.fault import Faulty
from idp.policies.kinds.items import ITEMS
from idp.policies.models import PolicyDraftRow, PolicyVersionRow
from idp.policies.policy import LONGEST_WHY, KindName
from idp.store.db import transaction

#: Drafts of one kind at one division.
_MOST_DRAFTS = 20


def draft(kind: KindName, division: str, document: object, *, base: int, operator: str, reach: Reach) -> str:
    """Keep a judged document to be looked at before it holds; its id.

    ``base`` is the version it was made from, 0 where there is none. Raises ``Faulty`` for what is wrong in
    it, ``Rejected("policy.stale")`` (412) when another version came meanwhile, ``not_found`` out of reach.
    """
    _demand_reach(kind, division, reach)
    judged = kinds.find(kind)
    return _draft(kind, division, judged.read(document), base, operator)


def draft_sheet(division: str, data: bytes, *, base: int, operator: str, reach: Reach) -> str:
    """Keep the catalogue of a sheet as ``draft`` does; each fault names the line it is in."""
    found = sheet.read(data)
    try:
        return draft("items", division, ITEMS.document(found), base=base, operator=operator, reach=reach)
    except Faulty as faulty:
        raise Faulty(sheet.placed(faulty.faults, data)) from None


def publish(draft_id: str, *, why: str, expected: int, operator: str, reach: Reach) -> int:
    """Put a draft in force as a new version; its number. It is judged once more, by what holds above it now.

    ``expected`` is the version that the operator saw in force. Raises as ``draft`` does.
    """
    with _refusals("published", expected, operator, draft_id=draft_id):
        number = _publish(draft_id, _prose(why), expected, operator, reach)
    snapshot.expire()
    return number


def undo(
    kind: KindName,
    division: str,
    number: int,
    *,
    why: str,
    expected: int,
    operator: str,
    reach: Reach,
) -> int:
    """Put the document before version ``number`` in force again, as a new version; the new number.

    Before the first version nothing was said. What was once in force is not judged by what is above it now:
    together with that it can only be stricter.
    """
    _demand_reach(kind, division, reach)
    with _refusals("undone", expected, operator, place=(kind, division)):
        made = _undo(kind, division, number, _prose(why), expected, operator)
    snapshot.expire()
    return made


def discard(draft_id: str, *, operator: str, reach: Reach) -> None:
    """Throw a draft away; one that is gone is gone."""
    _discard(draft_id, operator, reach)


@contextmanager
def _refusals(
    action: str,
    expected: int,
    operator: str,
    *,
    place: tuple[str, str] | None = None,
    draft_id: str = "",
) -> Iterator[None]:
    """Record who wanted to change which policy and why not (attack book L27); out of reach is a denial."""
    try:
        yield
    except Rejected as refused:
        if refused.status != 404:
            if place is None:
                found = queries.draft(draft_id)
                place = (found.kind, found.division) if found else ("", "")
            audit.record(
                "policy.change", outcome="refused", reason=refused.code, error=refused.code,
                action=action, policy=place[0], division=place[1], version=expected, operator=operator,
                region=place[1],
            )  # fmt: skip
        raise


@transaction
def _draft(session: Session, kind: KindName, division: str, policy: Any, base: int, operator: str) -> str:
    before = _expected(session, kind, division, base)
    document = _judged(session, kind, division, policy, before)
    place = (PolicyDraftRow.kind == kind, PolicyDraftRow.division == division)
    if session.scalars(select(func.count()).where(*place)).one() >= _MOST_DRAFTS:
        raise Rejected("policy.many", "Publish or discard drafts first", status=409)
    row = PolicyDraftRow(
        id=str(uuid4()), kind=kind, division=division, base=base, document=documents.packed(document)[0],
        created_by=operator, created_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    audit.record_in(
        session, "policy.draft", action="added", policy=kind, division=division, version=base,
        count=len(diff(kind, before, document)), operator=operator,
    )  # fmt: skip
    return row.id


@transaction
def _publish(session: Session, draft_id: str, why: str, expected: int, operator: str, reach: Reach) -> int:
    number = version.lock(session, queries.REGISTRY)
    row = _found(session, draft_id, reach)
    kind: KindName = kinds.find(row.kind).name
    if row.base != expected:
        raise _stale()
    before = _expected(session, kind, row.division, expected)
    policy = kinds.find(kind).read(documents.unpacked(row.document))
    document = _judged(session, kind, row.division, policy, before)
    made = _write(session, kind, row.division, document, before, expected + 1, number, operator, why)
    session.delete(row)
    return made


@transaction
def _undo(
    session: Session, kind: KindName, division: str, number: int, why: str, expected: int, operator: str
) -> int:
    change = version.lock(session, queries.REGISTRY)
    before = _expected(session, kind, division, expected)
    if not 1 <= number <= expected:
        raise Rejected("not_found", why="no such version", status=404)
    document, judge = _document(session, kind, division, number - 1), kinds.find(kind)
    if document is None:
        document = judge.document(judge.empty)
    # What was in force long ago may name what is no more; what cannot be read closes what it holds for.
    judge.read(document)
    return _write(session, kind, division, document, before, expected + 1, change, operator, why, number)


@transaction
def _discard(session: Session, draft_id: str, operator: str, reach: Reach) -> None:
    row = session.get(PolicyDraftRow, draft_id)
    if row is None:
        return
    row = _found(session, draft_id, reach)
    session.execute(delete(PolicyDraftRow).where(PolicyDraftRow.id == draft_id))
    audit.record_in(
        session, "policy.draft", action="removed", policy=row.kind, division=row.division, version=row.base,
        operator=operator,
    )  # fmt: skip


def put(session: Session, kind: KindName, division: str, policy: Any, *, why: str, operator: str) -> int:
    """Put a policy in force within a larger change, judged by what holds above it there; its number.

    The caller expires the snapshot.
    """
    number = version.lock(session, queries.REGISTRY)
    place = (PolicyVersionRow.kind == kind, PolicyVersionRow.division == division)
    newest = session.scalars(select(func.max(PolicyVersionRow.number)).where(*place)).one() or 0
    before = _document(session, kind, division) if newest else None
    document = _judged(session, kind, division, policy, before)
    return _write(session, kind, division, document, before, newest + 1, number, operator, why)


def _write(
    session: Session,
    kind: KindName,
    division: str,
    document: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    number: int,
    change: int,
    operator: str,
    why: str,
    undoes: int | None = None,
) -> int:
    differences = len(diff(kind, before, document))
    if not differences:
        raise Rejected("policy.same", "Nothing is changed", status=409)
    packed, digest = documents.packed(document)
    session.add(
        PolicyVersionRow(
            kind=kind, division=division, number=number, changed=change, document=packed, digest=digest,
            changes=differences, changed_by=operator, changed_at=clock.now(), why=why, undoes=undoes,
        )
    )  # fmt: skip
    version.advance(session, change, queries.REGISTRY)
    audit.record_in(
        session, "policy.change", action="undone" if undoes else "published", policy=kind, division=division,
        version=number, count=differences, fingerprint=digest, operator=operator, region=division,
    )  # fmt: skip
    return number


def _judged(
    session: Session, kind: KindName, division: str, policy: Any, before: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The document of a policy that may stand at a division; raises ``Faulty``."""
    judge = kinds.find(kind)
    above = [
        judge.read(document)
        for one in path_of(division)[:-1]
        if (document := _document(session, kind, one)) is not None
    ]
    judge.demand(policy, judge.empty if before is None else judge.read(before), above)
    return judge.document(policy)


def _expected(session: Session, kind: KindName, division: str, number: int) -> dict[str, Any] | None:
    """The document in force, which has to be the one of that version; none where that is 0."""
    p = PolicyVersionRow
    place = (p.kind == kind, p.division == division)
    newest = session.scalars(select(func.max(p.number)).where(*place)).one()
    if (newest or 0) != number:
        raise _stale()
    return _document(session, kind, division, number) if number else None


def _document(
    session: Session, kind: KindName, division: str, number: int | None = None
) -> dict[str, Any] | None:
    """The document of a version, or of the one in force."""
    p = PolicyVersionRow
    found = select(p.document).where(p.kind == kind, p.division == division)
    if number is not None:
        found = found.where(p.number == number)
    stored = session.scalars(found.order_by(p.number.desc()).limit(1)).first()
    return None if stored is None else documents.unpacked(stored)


def _found(session: Session, draft_id: str, reach: Reach) -> PolicyDraftRow:
    row: PolicyDraftRow | None = session.get(PolicyDraftRow, draft_id)
    if row is None or reach.department or not reach.covers(row.division):
        raise Rejected("not_found", why="draft out of reach", status=404)
    return row


def _demand_reach(kind: str, division: str, reach: Reach) -> None:
    """The kind is known, and the division there and within reach as a whole."""
    kinds.find(kind)
    if reach.department or not reach.covers(division) or divisions.find(division) is None:
        raise Rejected("not_found", why="division out of reach", status=404)


def _prose(why: str) -> str:
    told = why.strip()
    try:
        if 2 <= len(told) <= LONGEST_WHY:
            return texts.prose(told)
    except ValueError:
        pass
    raise Rejected("policy.why", f"Say why in 2 to {LONGEST_WHY} plain characters")


def _stale() -> Rejected:
    return Rejected("policy.stale", "The policy has changed meanwhile", why="stale", status=412)
