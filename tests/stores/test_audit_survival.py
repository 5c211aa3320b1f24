"""No acknowledged event is lost, and none is kept twice (INV3; R04, R10, R11, R15, R22, R23)."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from idp import audit, settings
from idp.audit import event, jobs, queries, service, spool
from idp.base.errors import Unavailable
from idp.store import db, redis

WORKER = """
import sys
from pathlib import Path
from idp import audit, settings
settings.use(settings.Settings(environment="test", var_dir=Path(sys.argv[1])))
number = 0
while True:
    audit.record("login.success", reason=f"answer {number}")
    print(number, flush=True)
    number += 1
"""

SHIPPER = """
import os, signal, sys
from pathlib import Path
from flask import Flask
from idp import settings
from idp.audit import chain, jobs, service
from idp.store import db
url, folder, moment = sys.argv[1:]
conf = settings.use(settings.Settings(environment="test", database_url=url, var_dir=Path(folder)))
db.init_app(Flask("idp"), conf.sql_url, 2)
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
def then_die(function):
    return lambda *args: (function(*args), die())
if moment == "between event and place":
    service._extend = die
elif moment == "before commit":
    service._extend = then_die(service._extend)
elif moment == "after commit":
    chain.keep = die
elif moment == "after keeping the head":
    chain.keep = then_die(chain.keep)
elif moment == "after moving the offset":
    chain.keep = lambda head: None
    chain.replace = then_die(chain.replace)
jobs.ship()
jobs.seal()
"""


@pytest.fixture
def var_dir(stores: None, test_settings: settings.Settings, tmp_path: Path) -> Path:
    settings.use(test_settings.model_copy(update={"var_dir": tmp_path}))
    spool.close()
    return tmp_path


def recorded(count: int) -> set[str]:
    for number in range(count):
        audit.record("login.success", reason=f"answer {number}")
    return {f"answer {number}" for number in range(count)}


def kept() -> list[str]:
    return [found.reason for found in queries.events(limit=10_000)]


def shipped_and_sealed() -> None:
    jobs.ship()
    jobs.seal()
    report = audit.verify()
    assert report.intact
    assert report.waiting == 0
    assert report.checked == len(kept())


def test_r22_r23_a_worker_killed_right_after_answering_loses_no_event(var_dir: Path) -> None:
    command = [sys.executable, "-c", WORKER, str(var_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        for _ in range(200):
            worker.stdout.readline()
        worker.kill()
        rest = worker.stdout.read().splitlines()
    assert worker.returncode == -signal.SIGKILL
    answered = 200 + sum(1 for line in rest if line.isdigit())
    shipped_and_sealed()
    assert set(kept()) >= {f"answer {number}" for number in range(answered)}
    assert answered <= len(kept()) <= answered + 1
    assert spool.files(var_dir / "spool") == []


@pytest.mark.parametrize(
    "moment",
    ["between event and place", "before commit", "after commit", "after keeping the head",
     "after moving the offset"],
)  # fmt: skip
def test_a_shipper_killed_at_any_moment_loses_and_doubles_nothing(
    var_dir: Path, database_url: str, moment: str
) -> None:
    answers = recorded(50)
    done = subprocess.run([sys.executable, "-c", SHIPPER, database_url, str(var_dir), moment], check=False)
    assert done.returncode == -signal.SIGKILL
    shipped_and_sealed()
    assert sorted(kept()) == sorted(answers)


def _shipped(lines: service.Lines) -> int:
    return service.ship(lines, None)[0]


@pytest.mark.parametrize(("ship", "waiting"), [(_shipped, 0), (service.store, 100)])
def test_many_shippers_of_the_same_events_keep_each_once(
    var_dir: Path, ship: Callable[[service.Lines], int], waiting: int
) -> None:
    recorded(100)
    (path,) = spool.files(var_dir / "spool")
    lines = {event.read(line)["id"]: line for line in path.read_bytes().splitlines()}
    with ThreadPoolExecutor(4) as pool:
        new = list(pool.map(ship, [lines] * 4))
    assert sum(new) == 100
    assert len(kept()) == len(set(kept())) == 100
    assert queries.unsealed() == waiting
    shipped_and_sealed()


MACHINE = """
import sys
from pathlib import Path
from flask import Flask
from idp import audit, settings
from idp.audit import jobs
from idp.store import db
url, folder, name = sys.argv[1:]
conf = settings.use(settings.Settings(environment="test", database_url=url, var_dir=Path(folder) / name))
db.init_app(Flask("idp"), conf.sql_url, 2)
for _ in range(5):
    for number in range(20):
        audit.record("login.success", reason=name)
    jobs.ship()
    jobs.seal()
"""


def test_machines_that_ship_at_once_make_one_chain(var_dir: Path, database_url: str) -> None:
    command = [sys.executable, "-c", MACHINE, database_url, str(var_dir)]
    machines = [subprocess.Popen([*command, name]) for name in ("a", "b", "c")]
    assert [machine.wait(60) for machine in machines] == [0, 0, 0]
    jobs.seal()
    report = audit.verify()
    assert report.intact
    assert (report.checked, report.waiting) == (300, 0)


def test_r04_a_flushed_redis_loses_no_event(var_dir: Path) -> None:
    answers = recorded(20)
    redis.call("FLUSHALL")
    shipped_and_sealed()
    assert set(kept()) == answers


def test_recording_needs_neither_redis_nor_database(
    var_dir: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    redis.open("unix:///nonexistent/valkey.sock")
    with monkeypatch.context() as patch:
        patch.setattr(db, "_engines", {})
        answers = recorded(5)
    redis.open(redis_url)
    shipped_and_sealed()
    assert set(kept()) == answers


@pytest.fixture(params=["stopped PostgreSQL", "missing SQLite", "locked SQLite"])
def dead_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine whose database does not answer."""
    if request.param == "stopped PostgreSQL":
        url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
        engine = create_engine(url, connect_args={"connect_timeout": 1})
        yield engine
        engine.dispose()
        return
    path = tmp_path / "folder" / "dead.sqlite3"
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 0})
    if request.param == "missing SQLite":
        yield engine
    else:
        path.parent.mkdir()
        with sqlite3.connect(path) as holder:
            holder.execute("PRAGMA locking_mode = EXCLUSIVE")
            holder.execute("BEGIN EXCLUSIVE")
            yield engine
        holder.close()
    engine.dispose()


def test_r10_a_dead_database_keeps_events_in_the_spool_and_ships_them_later(
    var_dir: Path, dead_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(db, "_engines", {None: dead_engine, "read": dead_engine})
        answers = recorded(30)
        with pytest.raises(Unavailable):
            jobs.ship()
        with pytest.raises(Unavailable):
            jobs.seal()
        with pytest.raises(Unavailable):
            audit.verify()
        assert jobs.backlog() > 0
    shipped_and_sealed()
    assert sorted(kept()) == sorted(answers)
    assert jobs.backlog() == 0


def test_r11_r16_a_database_that_ends_connections_or_turns_read_only_loses_no_event(
    var_dir: Path, database_url: str
) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("a fault of PostgreSQL (run with --database postgresql)")
    answers = recorded(10)
    jobs.ship()
    answers |= recorded(20)
    administrator = create_engine(database_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    name = database_url.rsplit("/", 1)[1]
    with administrator.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
        connection.execute(_TERMINATE)
        with pytest.raises(Unavailable):
            jobs.ship()  # its connections were ended
        with pytest.raises((Unavailable, DBAPIError)):
            jobs.ship()  # it has new ones, and may not write
        connection.execute(text(f"ALTER DATABASE {name} RESET default_transaction_read_only"))
        connection.execute(_TERMINATE)
    for _ in range(2):
        with suppress(Unavailable):
            jobs.ship()
    for engine in db._engines.values():
        engine.dispose()
    shipped_and_sealed()
    assert set(kept()) == answers


_TERMINATE = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def test_r15_a_spool_that_cannot_grow_refuses_and_keeps_what_it_has(
    var_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = recorded(10)

    def full(_fd: int, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(Unavailable):
            audit.record("login.success", reason="never answered")
    answers |= recorded(12)
    shipped_and_sealed()
    assert set(kept()) == answers
