"""Real stores for every test: a Valkey and a database per worker process, emptied before each test."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from sqlalchemy import text

from idp import migration, settings
from idp.audit import spool
from idp.base import clock
from idp.store import db, embedded, once, redis
from tests import postgres
from tests.actors import Person, Portal, citizen, portal
from tests.policies import stock
from tests.registrants import Registrant, initial_token

# How fast a machine draws examples says nothing about the code.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="the database under the tests (TEST_DATABASE_URL names a running PostgreSQL)",
    )
    parser.addoption("--rewrite-guide", action="store_true", help="write docs/guide as recorded")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what meets the database of the run: the rest is the same there, and runs on SQLite.

    What a test meets is seen by the fixtures it takes, and by theirs; ``database`` is the only way to the
    option (a house test looks).
    """
    if config.getoption("--database") == "sqlite":
        return
    apart = [item for item in items if "database" not in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=apart)
    items[:] = [item for item in items if item not in set(apart)]


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database under the tests of this run."""
    return str(request.config.getoption("--database"))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this worker process."""
    return tmp_path_factory.mktemp("idp")


@pytest.fixture(scope="session")
def database_url(database: str, folder: Path) -> Iterator[str]:
    """An empty database of this worker process."""
    if database == "sqlite":
        yield f"sqlite:///{folder / 'test.sqlite3'}"
    else:
        with postgres.database() as url:
            yield url


@pytest.fixture(scope="session")
def redis_url(folder: Path) -> Iterator[str]:
    """A Valkey of this worker process, or the server TEST_REDIS_URL names."""
    if url := os.environ.get("TEST_REDIS_URL"):
        yield url
        return
    socket = folder / "valkey.sock"
    process = embedded.start(socket, folder / "valkey")
    yield f"unix://{socket}"
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="session")
def test_settings(folder: Path, database_url: str, redis_url: str) -> settings.Settings:
    """Settings of a test server."""
    return settings.Settings(
        environment="test",
        issuer="http://127.0.0.1:8080",
        database_url=database_url,
        redis_url=redis_url,
        var_dir=folder,
        keys_dir=folder / "keys",
        allow_demo_regions=True,
        outbound_loopback=True,
        key_publish_lead=0,
        hash_workers=2,
    )


@pytest.fixture(scope="session")
def app(test_settings: settings.Settings) -> Iterator[Flask]:
    """The whole server in this process, on empty stores."""
    from idp.app import create_app

    settings.use(test_settings)
    app = create_app(test_settings)
    migration.upgrade()
    yield app
    db.close()


@pytest.fixture
def stores(app: Flask, test_settings: settings.Settings) -> None:
    """Opened stores without a row, a record or a cached value in them."""
    settings.use(test_settings)
    redis.open(test_settings.redis_url.get_secret_value())
    redis.call("FLUSHALL")
    once.since("jti")
    once.since("dpop")
    _empty_tables()
    spool.close()
    for record in test_settings.var_dir.glob("spool/*"):
        record.unlink()
    (test_settings.var_dir / "audit-head.json").unlink(missing_ok=True)
    from idp.app import forget_caches

    forget_caches()


def _empty_tables() -> None:
    """Delete what lies there; of all the tables a test fills a few."""
    with db.writing_engine().begin() as connection:
        filled = set(connection.execute(text(_filled())).scalars())
        for table in reversed(db.db.metadata.sorted_tables):
            if table.name in filled:
                connection.execute(table.delete())


@cache
def _filled() -> str:
    tables = db.db.metadata.sorted_tables
    return " UNION ALL ".join(f"SELECT '{one}' WHERE EXISTS (SELECT 1 FROM {one})" for one in tables)


class MovableClock:
    """A clock that tests can set forward and back."""

    def __init__(self) -> None:
        self.offset = 0.0

    def advance(self, seconds: float) -> None:
        self.offset += seconds


@pytest.fixture
def time_travel(monkeypatch: pytest.MonkeyPatch) -> MovableClock:
    """Move the server's clock: ``time_travel.advance(61)``."""
    import time

    movable = MovableClock()
    real_time, real_ns = time.time, time.time_ns
    monkeypatch.setattr(clock.time, "time", lambda: real_time() + movable.offset)
    monkeypatch.setattr(clock.time, "time_ns", lambda: real_ns() + int(movable.offset * 1e9))
    return movable


@pytest.fixture
def catalogue(stores: None) -> None:
    """The nation's catalogue knows the items that tests apply for."""
    stock()


@pytest.fixture
def tax(stores: None) -> Portal:
    """A confidential portal by secret."""
    return portal("tax")


@pytest.fixture
def health(stores: None) -> Portal:
    """A second portal, of another sector."""
    return portal("health")


@pytest.fixture
def me(app: Flask, stores: None) -> Person:
    """The browser of a citizen who is logged in by password."""
    person = Person(app)
    person.log_in(citizen())
    return person


@pytest.fixture
def stranger(app: Flask, stores: None) -> Person:
    """A browser in which nobody is logged in."""
    return Person(app)


@pytest.fixture
def program(app: Flask, stores: None) -> Registrant:
    """A program that may register clients."""
    return Registrant(app, initial_token())
