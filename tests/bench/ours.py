"""This server under load: `idp serve` with PostgreSQL and a Valkey of its own, its portal and its people."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from idp.store import embedded
from tests import serving
from tests.bench import fapi, meter
from tests.bench.load import CONNECTIONS
from tests.bench.peer import REDIRECT, Running
from tests.bench.user import Target
from tests.registrations import entry

_PORTAL, _FAPI = "bench", "bench-fapi"


def portals(key: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The registrations of the portal that is played; as a client of the FAPI 2.0 profile it has this key."""
    plain = entry(
        client_id=_PORTAL,
        sector="bench.example",
        redirect_uris=[REDIRECT],
        grant_types=["authorization_code", "refresh_token", "client_credentials"],
        scopes=["openid", "profile", "data.query"],
    )
    by_profile = {
        "client_id": _FAPI,
        "profile": "fapi2",
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": {"keys": [{name: value for name, value in key.items() if name != "d"}]},
        "scopes": ["openid", "profile"],
    }
    return [plain, plain | by_profile]


def crowd(count: int) -> list[dict[str, Any]]:
    """So many more portals in the registry, whom nobody asks for."""
    return [entry(client_id=f"other-{number}", sector=f"other-{number}.example") for number in range(count)]


def target(served: serving.Served, name: str, key: Mapping[str, Any]) -> Target:
    """A running server as its portal knows it."""
    return Target(
        name=name,
        issuer=served.issuer,
        address=("127.0.0.1", served.port),
        client_id=_PORTAL,
        client_secret=served.secrets[_PORTAL],
        redirect_uri=REDIRECT,
        scope="openid profile",
        accounts=served.people,
        fapi_id=_FAPI,
        fapi_key=key,
    )


@contextmanager
def running(folder: Path, *, database: str, processes: int, others: int = 0) -> Iterator[Running]:
    """The server with so many worker processes and so many more portals, as long as the block lasts."""
    folder.mkdir(parents=True)
    socket, key = folder / "valkey.sock", fapi.new_key()
    valkey = embedded.start(socket, folder / "valkey")
    try:
        with serving.running(
            folder,
            [*portals(key), *crowd(others)],
            people=CONNECTIONS,
            processes=processes,
            database_url=_own(database, f"bench_{processes}_{others}"),
            redis_url=f"unix://{socket}",
            dpop_demands_nonce="true",
        ) as served:
            stores = meter.children(os.getpid(), "postgres") | {valkey.pid}
            registry = f", {others:,} more portals" if others else ""
            named = target(served, f"this server, {processes} processes{registry}", key)
            yield Running(target=named, server=served.process, stores=stores)
    finally:
        valkey.terminate()
        valkey.wait(20)


def _own(database: str, name: str) -> str:
    """An empty database of this name; its URL."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    return database.rsplit("/", 1)[0] + f"/{name}"
