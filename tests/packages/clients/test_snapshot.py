"""The clients in memory: one look-up, one second, one changed row at a time."""

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, text

from clients import manifest, queries, snapshot
from clients.snapshot import Snapshot
from idp import audit, settings
from idp.audit import jobs, spool
from idp.audit import queries as record
from idp.base.errors import Unavailable
from idp.store import db, watching
from tests import registrations
from tests.registrations import apply, entry

pytestmark = pytest.mark.usefixtures("stores")


class Clock:
    """A monotonic clock that stands still until it is told."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry(clock: Clock) -> Snapshot:
    """A process that has loaded the clients ``portal-a`` and ``portal-b``."""
    apply(entry(), entry(client_id="portal-b"))
    loaded = Snapshot(clock)
    assert set(loaded.clients()) == {"portal-a", "portal-b"}
    return loaded


@pytest.fixture
def elsewhere(database_url: str) -> Iterator[Engine]:
    """The database as another process sees it."""
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that the reading engine sends."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    with db.reading() as connection:
        engine = connection.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def write(engine: Engine, client_id: str, *changes: str) -> None:
    """Change a client's row as another process would."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE registry_version SET value = value + 1"))
        stamp = "changed = (SELECT value FROM registry_version)"
        changed = f"UPDATE client SET {', '.join([stamp, *changes])} WHERE client_id = :client_id"
        connection.execute(text(changed), {"client_id": client_id})


def test_a_client_disabled_elsewhere_is_refused_within_a_second(
    registry: Snapshot, clock: Clock, elsewhere: Engine
) -> None:
    write(elsewhere, "portal-a", "enabled = false")
    clock.time += 0.99
    assert registry.clients()["portal-a"].enabled
    clock.time += 0.01
    assert not registry.clients()["portal-a"].enabled
    assert registry.clients()["portal-b"].enabled


def test_between_two_looks_no_statement_is_sent_and_a_look_is_one_statement(
    registry: Snapshot, clock: Clock
) -> None:
    with counted() as statements:
        for _ in range(1000):
            registry.clients()
        assert statements == []
        clock.time += watching.PAUSE
        for _ in range(1000):
            registry.clients()
        assert len(statements) == 1


def test_only_changed_rows_are_read_again(
    registry: Snapshot, clock: Clock, elsewhere: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    client_of = queries.client_of
    monkeypatch.setattr(queries, "client_of", lambda row: read.append(row.client_id) or client_of(row))
    untouched = registry.clients()["portal-b"]
    write(elsewhere, "portal-a")
    clock.time += 1
    assert registry.clients()["portal-b"] is untouched
    assert read == ["portal-a"]


def test_a_deleted_client_disappears(registry: Snapshot, clock: Clock, elsewhere: Engine) -> None:
    write(elsewhere, "portal-a", "deleted_at = 1")
    clock.time += 1
    assert set(registry.clients()) == {"portal-b"}


def test_a_request_keeps_the_clients_it_began_with(
    registry: Snapshot, clock: Clock, elsewhere: Engine
) -> None:
    before = registry.clients()
    write(elsewhere, "portal-a", "deleted_at = 1")
    clock.time += 1
    registry.clients()
    assert set(before) == {"portal-a", "portal-b"}


def test_a_dead_database_leaves_the_clients_known_so_far(
    registry: Snapshot, clock: Clock, elsewhere: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []

    def away() -> int:
        looks.append(clock.time)
        clock.time += 3
        raise Unavailable("database")

    with monkeypatch.context() as patch:
        patch.setattr(queries, "version", away)
        clock.time += 1
        assert set(registry.clients()) == {"portal-a", "portal-b"}
        clock.time += 29
        registry.clients()
        assert len(looks) == 1, "after three seconds of waiting, thirty go by before the next look"
        clock.time += 1
        registry.clients()
        assert len(looks) == 2
    write(elsewhere, "portal-a", "enabled = false")
    clock.time += 30
    assert not registry.clients()["portal-a"].enabled


def test_a_database_that_dies_in_the_middle_of_renewing_is_read_again(
    registry: Snapshot, clock: Clock, elsewhere: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(elsewhere, "portal-a", "enabled = false")

    def away(_: object) -> list[Any]:
        raise Unavailable("database")

    with monkeypatch.context() as patch:
        patch.setattr(queries, "changed", away)
        clock.time += 1
        assert registry.clients()["portal-a"].enabled
    clock.time += 1
    assert not registry.clients()["portal-a"].enabled


def test_a_process_that_never_loaded_says_so_and_does_not_hammer(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []

    def away() -> int:
        looks.append(1)
        raise Unavailable("database")

    fresh = Snapshot(clock)
    with monkeypatch.context() as patch:
        patch.setattr(queries, "version", away)
        for _ in range(5):
            with pytest.raises(Unavailable):
                fresh.clients()
    assert len(looks) == 1
    clock.time += 1
    assert fresh.clients() == {}


@pytest.mark.parametrize(
    "damage",
    [
        "document = ''",
        "document = 'null'",
        "document = '[]'",
        "document = '{}'",
        "document = '\"x\"'",
        "document = '{\"client_id\": '",
        "document = replace(document, 'client_secret_basic', 'telepathy')",
        "document = replace(document, 'natural', 'ghost')",
        "document = replace(document, '\"min_level\": 1', '\"min_level\": null')",
        "secrets = ''",
        "secrets = '{}'",
        "secrets = '[{}]'",
        "secrets = '[7]'",
    ],
)
def test_r20_a_damaged_row_loses_one_client_with_an_alarm_and_no_other(
    registry: Snapshot, clock: Clock, elsewhere: Engine, damage: str,
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    recorded: list[tuple[str, object]] = []
    monkeypatch.setattr(audit, "record", lambda kind, **detail: recorded.append((kind, detail["client"])))
    write(elsewhere, "portal-a", damage)
    clock.time += 1
    with caplog.at_level(logging.ERROR):
        assert set(registry.clients()) == {"portal-b"}
    assert recorded == [("client.unreadable", "portal-a")]
    assert "portal-a" in caplog.text
    write(elsewhere, "portal-b")
    clock.time += 1
    assert set(registry.clients()) == {"portal-b"}
    assert len(recorded) == 1, "an alarm for each damage, not for each look"


def test_r20_the_alarm_is_kept_in_the_record(
    registry: Snapshot, clock: Clock, elsewhere: Engine, test_settings: settings.Settings, tmp_path: Path
) -> None:
    settings.use(test_settings.model_copy(update={"var_dir": tmp_path}))
    spool.close()
    write(elsewhere, "portal-a", "document = ''")
    clock.time += 1
    assert set(registry.clients()) == {"portal-b"}
    jobs.ship()
    [kept] = record.events(kind="client.unreadable")
    assert (kept.client, kept.outcome) == ("portal-a", "failed")
    spool.close()


def test_while_one_thread_renews_the_others_go_on(
    registry: Snapshot, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewing, finish = threading.Event(), threading.Event()

    def slow() -> int:
        renewing.set()
        finish.wait(10)
        return 1000

    monkeypatch.setattr(queries, "version", slow)
    clock.time += 1
    renewer = threading.Thread(target=registry.clients)
    renewer.start()
    assert renewing.wait(10)
    assert set(registry.clients()) == {"portal-a", "portal-b"}
    finish.set()
    renewer.join(10)


def test_all_threads_of_a_fresh_process_wait_for_one_load(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(entry())
    looks = []
    version = queries.version
    monkeypatch.setattr(queries, "version", lambda: looks.append(1) or version())
    fresh = Snapshot(clock)
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(len(fresh.clients()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert found == [1] * 8
    assert len(looks) == 1


def fill(engine: Engine, count: int) -> None:
    """So many more clients, as rows."""
    document = json.dumps(manifest.document(registrations.client()))
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO client (client_id, changed, origin, enabled, sector, organization, document,"
                " secrets, logo, created_at, updated_at)"
                " VALUES (:id, 1, 'manifest', true, 's', 'o', :document, '[]', '', 0, 0)"
            ),
            [{"id": f"c{number}", "document": document} for number in range(count)],
        )


@pytest.mark.parametrize("count", [10, 10_000])
def test_ten_thousand_clients_cost_what_ten_cost_no_statement_to_find_and_one_row_to_change(
    count: int, clock: Clock, elsewhere: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(entry())
    fill(elsewhere, count)
    read: list[str] = []
    client_of = queries.client_of
    monkeypatch.setattr(queries, "client_of", lambda row: read.append(row.client_id) or client_of(row))
    fetched: list[int] = []
    fetch_all = db.fetch_all
    monkeypatch.setattr(
        db, "fetch_all", lambda statement: fetched.append(len(rows := fetch_all(statement))) or rows
    )
    large = Snapshot(clock)
    with counted() as statements:
        assert len(large.clients()) == count + 1
        assert len(statements) == 2 + count // queries.BATCH, "the version, all rows some at a time"
        assert len(read) == count + 1
        statements.clear()
        assert all(large.find(f"c{number}") for number in range(count))
        assert statements == []
        read.clear()
        fetched.clear()
        write(elsewhere, "c7")
        clock.time += 1
        assert large.clients()["c7"].client_id == "c7"
        assert read == ["c7"]
        assert fetched == [1], "no row is read but the changed one"
        assert len(statements) == 2, "the version, the changed row"


def test_a_client_that_registered_at_another_process_is_known_at_once(
    registry: Snapshot, elsewhere: Engine
) -> None:
    fill(elsewhere, 1)
    write(elsewhere, "c0")
    assert registry.find("c0") is not None


def test_ids_that_are_made_up_cost_a_bounded_number_of_looks(registry: Snapshot, clock: Clock) -> None:
    with counted() as statements:
        for number in range(1000):
            assert registry.find(f"nobody-{number}") is None
        assert len(statements) == snapshot.SPARE_LOOKS
        clock.time += watching.PAUSE
        assert registry.find("nobody") is None
        assert len(statements) == snapshot.SPARE_LOOKS + 2


def test_while_the_database_is_away_nobody_waits_for_an_unknown_client(
    registry: Snapshot, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []

    def away() -> int:
        looks.append(1)
        raise Unavailable("database")

    monkeypatch.setattr(queries, "version", away)
    for _ in range(100):
        assert registry.find("nobody") is None
    assert len(looks) == 1


def test_a_database_put_back_to_an_older_state_is_read_anew(
    registry: Snapshot, clock: Clock, elsewhere: Engine
) -> None:
    with elsewhere.begin() as connection:
        connection.execute(text("DELETE FROM client WHERE client_id = 'portal-b'"))
        connection.execute(text("UPDATE registry_version SET value = 0"))
    clock.time += 1
    assert set(registry.clients()) == {"portal-a"}
