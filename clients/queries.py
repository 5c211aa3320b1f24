"""Reads of the registry, and its rows as clients."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from pydantic import TypeAdapter
from sqlalchemy import Row, column, select, table

from clients.client import Client
from idp.store import db

_COLUMNS = ("client_id", "revision", "enabled", "document", "secrets", "created_at")
CLIENTS = table("client", *(column(name) for name in _COLUMNS))
VERSIONS = table("registry_version", column("name"), column("value"))
REGISTRY = "clients"

_shape: TypeAdapter[Client] = TypeAdapter(Client)
_BATCH = 500


def version() -> str:
    """The value that changes with the registry; empty before its first client."""
    found = db.fetch_one(select(VERSIONS.c.value).where(VERSIONS.c.name == REGISTRY))
    return found.value if found else ""


def revisions() -> dict[str, str]:
    """The revision of every client."""
    return {
        row.client_id: row.revision for row in db.fetch_all(select(CLIENTS.c.client_id, CLIENTS.c.revision))
    }


def rows(client_ids: Sequence[str]) -> Iterator[Row[Any]]:
    """The rows of these clients."""
    for start in range(0, len(client_ids), _BATCH):
        some = client_ids[start : start + _BATCH]
        yield from db.fetch_all(select(CLIENTS).where(CLIENTS.c.client_id.in_(some)))


def client_of(row: Any) -> Client:
    """The client a row holds; raises ``ValueError`` for one that cannot be read."""
    try:
        members = {
            **orjson.loads(row.document),
            "client_id": row.client_id,
            "secrets": orjson.loads(row.secrets),
            "enabled": bool(row.enabled),
            "created_at": row.created_at,
        }
        return _shape.validate_json(orjson.dumps(members))
    except TypeError as error:
        raise ValueError("not a registration") from error
