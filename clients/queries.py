"""Reads of the registry, and its rows as clients."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from typing import Any

import orjson
from pydantic import TypeAdapter
from sqlalchemy import Row, Select, column, or_, select, table, tuple_

from clients.client import Client, Environment, Origin
from idp.divisions import Reach, within
from idp.store import db

_COLUMNS = (
    "client_id", "changed", "origin", "enabled", "document", "secrets", "logo", "created_at", "deleted_at",
)  # fmt: skip
_LISTED = ("name", "organization", "division", "department", "environment", "sector", "updated_at")
CLIENTS = table("client", *(column(name) for name in (*_COLUMNS, *_LISTED)))
VERSIONS = table("registry_version", column("name"), column("value"))
LOGOS = table("client_logo", column("name"), column("media_type"), column("body"))
REGISTRY = "clients"

BATCH = 500

_shape: TypeAdapter[Client] = TypeAdapter(Client)


def version(registry: str = REGISTRY) -> int:
    """The number of a registry's last change; 0 before the first."""
    found = db.fetch_one(select(VERSIONS.c.value).where(VERSIONS.c.name == registry))
    return found.value if found else 0


def changed(since: int) -> list[Row[Any]]:
    """The rows changed after that change, deleted ones too."""
    return db.fetch_all(_rows().where(CLIENTS.c.changed > since))


def every() -> Iterator[Row[Any]]:
    """Every row that is there, some at a time: all at once takes five times the memory that they keep."""
    last = ""
    while True:
        some = _rows().where(CLIENTS.c.deleted_at.is_(None), CLIENTS.c.client_id > last)
        rows = db.fetch_all(some.order_by(CLIENTS.c.client_id).limit(BATCH))
        yield from rows
        if len(rows) < BATCH:
            return
        last = rows[-1].client_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A registration as it lies in its row, unread; ``document`` is what its manifest said."""

    client_id: str
    division: str
    department: str
    environment: Environment
    origin: Origin
    enabled: bool
    deleted: bool
    document: str


def configured(reach: Reach) -> Iterator[Stored]:
    """The portals in production within reach that administrators registered, by id."""
    c, last = CLIENTS.c, ""
    found = _stored().where(
        c.deleted_at.is_(None),
        c.environment == "production",
        c.origin.in_(("application", "manifest")),
        within(reach, c.division, c.department),
    )
    while True:
        rows = db.fetch_all(found.where(c.client_id > last).order_by(c.client_id).limit(BATCH))
        yield from map(_stored_of, rows)
        if len(rows) < BATCH:
            return
        last = rows[-1].client_id


def stored(client_ids: Collection[str]) -> dict[str, Stored]:
    """Whatever stands under these ids, deleted clients too."""
    ids = sorted(client_ids)
    found: dict[str, Stored] = {}
    for start in range(0, len(ids), BATCH):
        some = _stored().where(CLIENTS.c.client_id.in_(ids[start : start + BATCH]))
        found |= {row.client_id: _stored_of(row) for row in db.fetch_all(some)}
    return found


def owners(clients: Collection[Client]) -> list[Select[*tuple[Any, ...]]]:
    """Statements that find sector and organisation of whoever has these ids or sectors, some at a time."""
    c = CLIENTS.c
    columns = (c.client_id, c.sector, c.organization)
    return [
        select(*columns).where(column.in_(names[start : start + BATCH]))
        for column, names in (
            (c.client_id, sorted({client.client_id for client in clients})),
            (c.sector, sorted({client.sector for client in clients})),
        )
        for start in range(0, len(names), BATCH)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A client as lists of administrators show it; one that cannot be read any more is listed too."""

    client_id: str
    name: str
    organization: str
    division: str
    department: str
    environment: Environment
    enabled: bool
    origin: Origin
    updated_at: int

    @property
    def cursor(self) -> tuple[str, str]:
        """What the next page begins behind."""
        return self.division, self.client_id


def page(
    reach: Reach, *, after: tuple[str, str] = ("", ""), most: int = 50, typed: str = ""
) -> tuple[Listed, ...]:
    """Clients within reach by division and id, those behind ``after``; ``typed`` is part of a name or id."""
    names = [field.name for field in fields(Listed)]
    c = CLIENTS.c
    found = select(*(c[name] for name in names)).where(
        c.deleted_at.is_(None),
        within(reach, c.division, c.department),
        tuple_(c.division, c.client_id) > after,
    )
    if part := typed.strip():
        found = found.where(
            or_(*(column.contains(part, autoescape=True) for column in (c.client_id, c.name, c.organization)))
        )
    rows = db.fetch_all(found.order_by(c.division, c.client_id).limit(most))
    return tuple(Listed(**dict(row._mapping, enabled=bool(row.enabled))) for row in rows)


def former(client_id: str) -> Client | None:
    """A client that was deleted, as it was: whoever once gave it data may read its name."""
    row = db.fetch_one(_rows().where(CLIENTS.c.client_id == client_id))
    try:
        return client_of(row) if row else None
    except ValueError:
        return None


def logo(name: str) -> tuple[str, bytes] | None:
    """Media type and bytes of a logo in use."""
    row = db.fetch_one(select(LOGOS).where(LOGOS.c.name == name))
    return (row.media_type, bytes(row.body)) if row else None


def _stored() -> Select[*tuple[Any, ...]]:
    names = (field.name for field in fields(Stored) if field.name != "deleted")
    return select(*(CLIENTS.c[name] for name in names), CLIENTS.c.deleted_at)


def _stored_of(row: Any) -> Stored:
    members = dict(row._mapping)
    deleted = members.pop("deleted_at") is not None
    return Stored(**members | {"deleted": deleted, "enabled": bool(row.enabled)})


def _rows() -> Select[*tuple[Any, ...]]:
    return select(*(CLIENTS.c[name] for name in _COLUMNS))


def client_of(row: Any) -> Client:
    """The client a row holds; raises ``ValueError`` for one that cannot be read."""
    try:
        members = {
            **orjson.loads(row.document),
            "client_id": row.client_id,
            "origin": row.origin,
            "secrets": orjson.loads(row.secrets),
            "logo": row.logo,
            "enabled": bool(row.enabled),
            "created_at": row.created_at,
        }
        return _shape.validate_json(orjson.dumps(members))
    except TypeError as error:
        raise ValueError("not a registration") from error
