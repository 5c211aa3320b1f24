"""Reads of policies: by index, and lists page by page."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from sqlalchemy import Row, Select, Table, and_, func, select, tuple_

from clients import queries as registry
from idp.divisions import Reach, within
from idp.policies import documents
from idp.policies.models import PolicyDraftRow, PolicyVersionRow
from idp.policies.policy import Draft, KindName, Version
from idp.store import db

REGISTRY = "policies"

VERSIONS: Table = PolicyVersionRow.__table__
DRAFTS: Table = PolicyDraftRow.__table__

_LOOKED_THROUGH = 100

_LISTED = tuple(field.name for field in fields(Version) if field.name != "document")


def current(kind: KindName, division: str) -> Version | None:
    """The version in force of a kind at a division itself, with its document; none before the first."""
    return _one(_place(kind, division, whole=True).order_by(VERSIONS.c.number.desc()).limit(1))


def version(kind: KindName, division: str, number: int) -> Version | None:
    """One version, with its document."""
    return _one(_place(kind, division, whole=True).where(VERSIONS.c.number == number))


def history(
    kind: KindName, division: str, *, before: int | None = None, most: int = 50
) -> tuple[Version, ...]:
    """The versions of a policy without their documents, the newest first; those before ``before``."""
    found = _place(kind, division)
    if before is not None:
        found = found.where(VERSIONS.c.number < before)
    return tuple(map(_version, db.fetch_all(found.order_by(VERSIONS.c.number.desc()).limit(most))))


def item_history(division: str, code: str, *, most: int = 20) -> tuple[tuple[Version, Any], ...]:
    """The last versions that changed an item, the newest first, each with the item's members then.

    The members are ``None`` where the item went. Only the newest hundred versions are looked through.
    """
    found: list[tuple[Version, Any]] = []
    later: tuple[Version, Any] | None = None
    for _ in range(_LOOKED_THROUGH):
        one = _earlier("items", division, later[0].number if later else None)
        members = one.document["items"].get(code) if one else None
        if later and members != later[1]:
            found.append(later)
        if one is None or len(found) == most:
            break
        later = (one, members)
    return tuple(found)


def listed(reach: Reach, *, after: tuple[str, str] = ("", ""), most: int = 50) -> tuple[Version, ...]:
    """The versions in force within reach without their documents, by division and kind, behind ``after``."""
    v = VERSIONS.c
    newest = (
        select(v.division, v.kind, func.max(v.number).label("number"))
        .where(within(reach, v.division), tuple_(v.division, v.kind) > after)
        .group_by(v.division, v.kind)
        .order_by(v.division, v.kind)
        .limit(most)
        .subquery()
    )
    same = and_(*(v[name] == newest.c[name] for name in ("division", "kind", "number")))
    found = select(*(v[name] for name in _LISTED)).join_from(newest, VERSIONS, same)
    return tuple(map(_version, db.fetch_all(found.order_by(v.division, v.kind))))


def draft(draft_id: str) -> Draft | None:
    """One draft."""
    row = db.fetch_one(select(DRAFTS).where(DRAFTS.c.id == draft_id))
    return _draft(row) if row else None


def drafts(reach: Reach, *, kind: KindName | None = None, division: str | None = None) -> tuple[Draft, ...]:
    """The newest fifty drafts within reach, without their documents."""
    d = DRAFTS.c
    found = select(*(d[field.name] for field in fields(Draft) if field.name != "document"))
    found = found.where(within(reach, d.division))
    if kind is not None:
        found = found.where(d.kind == kind)
    if division is not None:
        found = found.where(d.division == division)
    rows = db.fetch_all(found.order_by(d.created_at.desc(), d.id).limit(50))
    return tuple(Draft(**row._mapping, document={}) for row in rows)


def changes() -> int:
    """The number of the last change of any policy; 0 before the first."""
    return registry.version(REGISTRY)


def changed(since: int) -> list[Row[Any]]:
    """Versions of after that change, by number: of one policy the last counts."""
    v = VERSIONS.c
    return db.fetch_all(_stored().where(v.changed > since).order_by(v.kind, v.division, v.number))


def in_force() -> Iterator[Row[Any]]:
    """Every version that is in force, one at a time: a catalogue has megabytes."""
    v = VERSIONS.c
    newest = select(v.kind, v.division, func.max(v.number).label("number")).group_by(v.kind, v.division)
    for place in db.fetch_all(newest.order_by(v.kind, v.division)):
        found = _stored().where(v.kind == place.kind, v.division == place.division, v.number == place.number)
        yield from db.fetch_all(found)


def _stored() -> Select[*tuple[Any, ...]]:
    return select(*(VERSIONS.c[name] for name in ("kind", "division", "number", "document")))


def _place(kind: KindName, division: str, *, whole: bool = False) -> Select[*tuple[Any, ...]]:
    names = (*_LISTED, "document") if whole else _LISTED
    found = select(*(VERSIONS.c[name] for name in names))
    return found.where(VERSIONS.c.kind == kind, VERSIONS.c.division == division)


def _earlier(kind: KindName, division: str, number: int | None) -> Version | None:
    found = _place(kind, division, whole=True)
    if number is not None:
        found = found.where(VERSIONS.c.number < number)
    return _one(found.order_by(VERSIONS.c.number.desc()).limit(1))


def _one(statement: Select[*tuple[Any, ...]]) -> Version | None:
    row = db.fetch_one(statement)
    return _version(row) if row else None


def _version(row: Row[Any]) -> Version:
    members = dict(row._mapping)
    stored = members.pop("document", None)
    return Version(**members, document={} if stored is None else documents.unpacked(stored))


def _draft(row: Row[Any]) -> Draft:
    members = dict(row._mapping)
    return Draft(**{**members, "document": documents.unpacked(members["document"])})
