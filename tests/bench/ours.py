"""This server under load: `idp serve` with PostgreSQL and a Valkey of its own, its portal and its people."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from idp.store import embedded
from tests import serving
from tests.bench import meter
from tests.bench.load import CONNECTIONS
from tests.bench.operations import Target
from tests.bench.peer import REDIRECT, Running
from tests.registrations import entry

_PORTAL = "bench"


def portal() -> dict[str, Any]:
    """The registration of the portal that is played."""
    return entry(
        client_id=_PORTAL,
        sector="bench.example",
        redirect_uris=[REDIRECT],
        grant_types=["authorization_code", "refresh_token", "client_credentials"],
        scopes=["openid", "profile", "data.query"],
    )


def crowd(count: int) -> list[dict[str, Any]]:
    """So many more portals in the registry, whom nobody asks for."""
    return [entry(client_id=f"other-{number}", sector=f"other-{number}.example") for number in range(count)]


def target(served: serving.Served, name: str) -> Target:
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
    )


@contextmanager
def running(folder: Path, *, database: str, processes: int, others: int = 0) -> Iterator[Running]:
    """The server with so many worker processes and so many more portals, as long as the block lasts."""
    folder.mkdir(parents=True)
    socket = folder / "valkey.sock"
    valkey = embedded.start(socket, folder / "valkey")
    try:
        with serving.running(
            folder,
            [portal(), *crowd(others)],
            people=CONNECTIONS,
            processes=processes,
            database_url=_own(database, f"bench_{processes}_{others}"),
            redis_url=f"unix://{socket}",
        ) as served:
            stores = meter.children(os.getpid(), "postgres") | {valkey.pid}
            registry = f", {others:,} more portals" if others else ""
            named = target(served, f"this server, {processes} processes{registry}")
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
