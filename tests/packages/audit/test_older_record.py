"""A record from before signed roots and months is taken over as it stands, and verifies."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, create_engine, inspect, text

from idp import migration
from idp.audit.months import Month, first_id
from idp.base import clock
from tests import postgres

_INSERT = text(
    "INSERT INTO audit_event (id, time, kind, outcome, person, organization, client, session, address,"
    " request_id, reason, detail)"
    " VALUES (:id, :time, 'login.success', 'success', 'p', '', '', '', '', '', '', '{}')"
)


@pytest.fixture
def older(database_url: str, tmp_path: Path) -> Iterator[Connection]:
    """A database as it was before, with events of a month ago and of now."""
    with _url(database_url, tmp_path) as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            _migrate(connection, "0007")
            for number, days in enumerate((40, 40, 0)):
                time = (clock.now() - days * 86_400) * 1_000_000 + number
                connection.execute(_INSERT, {"id": f"{first_id(time)}-a000-{number:012x}", "time": time})
            connection.commit()
            yield connection
        engine.dispose()


@contextmanager
def _url(database_url: str, folder: Path) -> Iterator[str]:
    if database_url.startswith("postgresql"):
        with postgres.database("older") as url:
            yield url
    else:
        yield f"sqlite:///{folder / 'older.sqlite3'}"


def _migrate(connection: Connection, version: str, *, down: bool = False) -> None:
    made = migration.config()
    made.attributes["connection"] = connection
    (command.downgrade if down else command.upgrade)(made, version)
    connection.commit()


def _events(connection: Connection) -> list[tuple[str, object]]:
    return [tuple(row) for row in connection.execute(text("SELECT id, item FROM audit_event ORDER BY id"))]


def test_its_events_stay_and_new_ones_find_their_place(older: Connection) -> None:
    _migrate(older, "0008")
    assert [item for _, item in _events(older)] == [None] * 3
    for days in (0, 60, 1000):
        time = (clock.now() + days * 86_400) * 1_000_000
        older.execute(_INSERT, {"id": f"{first_id(time)}-b000-000000000000", "time": time})
    older.commit()
    assert len(_events(older)) == 6
    names = {index["name"] for index in inspect(older).get_indexes("audit_event")}
    assert names == {f"ix_audit_event_{name}" for name in (
        "client", "item", "kind", "mandate", "outcome", "person", "region", "request"
    )}  # fmt: skip


def test_on_postgresql_it_becomes_the_first_partition(older: Connection) -> None:
    if older.dialect.name != "postgresql":
        pytest.skip("SQLite has no partitions (run with --database postgresql)")
    _migrate(older, "0008")
    month = Month.of(clock.now())
    for name, count in (("audit_event_before", 3), (month.next.partition, 0), ("audit_event_default", 0)):
        assert older.scalar(text(f"SELECT count(*) FROM {name}")) == count


def test_the_way_back_keeps_the_events(older: Connection) -> None:
    before = older.execute(text("SELECT id FROM audit_event ORDER BY id")).all()
    older.commit()
    _migrate(older, "0008")
    _migrate(older, "0007", down=True)
    assert older.execute(text("SELECT id FROM audit_event ORDER BY id")).all() == before
    assert "audit_root" not in inspect(older).get_table_names()
