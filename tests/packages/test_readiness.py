"""``/readyz`` answers 503 when something could not be written, and says what."""

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from idp.audit import spool
from idp.base.errors import Unavailable
from idp.store import db, disk
from tests.actors import Person

WELL = {"database": True, "redis": True, "record": True, "keys": True}


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process may grow (setrlimit(2)): writing fails as on a full file system."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def read_only(database: str) -> Iterator[None]:
    """New connections to a PostgreSQL database may not write; the server's are new."""
    url = db.writing_engine().url.set(drivername="postgresql", database="postgres")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        name = sql.Identifier(database)
        change = sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}")
        connection.execute(change.format(name, sql.SQL("on")))
        db.disconnect()
        yield
        connection.execute(change.format(name, sql.SQL("off")))
        db.disconnect()


def looked(person: Person) -> tuple[int, dict[str, bool]]:
    disk.forget()
    answer = person.get("/readyz")
    state = dict(answer.json or {})
    assert set(state.pop("waiting")) == {"spool_bytes"}
    return answer.status_code, state


def test_a_server_that_is_well_says_so(stranger: Person) -> None:
    assert looked(stranger) == (200, WELL)


def test_a_full_disk_is_told(stranger: Person, database: str) -> None:
    with full_disk():
        status, state = looked(stranger)
    elsewhere = database == "postgresql"
    assert (status, state) == (503, WELL | {"record": False, "database": elsewhere})
    assert looked(stranger) == (200, WELL)


def test_a_full_spool_is_told(stranger: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "TOTAL_LIMIT", 0)
    assert looked(stranger) == (503, WELL | {"record": False})


def test_a_spool_folder_that_cannot_be_made_is_told(
    stranger: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(spool.writer(), "folder", tmp_path / "file" / "spool")
    assert looked(stranger) == (503, WELL | {"record": False})


def test_a_database_that_takes_no_changes_is_told(
    stranger: Person, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    if database == "postgresql":
        with read_only(str(db.writing_engine().url.database)):
            state = looked(stranger)
    else:
        with monkeypatch.context() as patched:
            patched.setattr(os, "access", lambda path, mode: False)
            state = looked(stranger)
    assert state == (503, WELL | {"database": False})
    assert looked(stranger) == (200, WELL)


def test_a_database_that_is_away_is_told(stranger: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise Unavailable("database")

    monkeypatch.setattr(db, "demand_writable", away)
    assert looked(stranger) == (503, WELL | {"database": False})


def test_a_disk_is_written_to_once_in_two_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now, written = [100.0], []
    monkeypatch.setattr(disk.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(disk, "_written", lambda path: bool(written.append(path)) or True)
    for moment, times in ((100.0, 1), (101.9, 1), (102.0, 2), (102.1, 2)):
        now[0] = moment
        assert disk.takes_data(tmp_path)
        assert len(written) == times


def test_nothing_is_left_of_the_question(tmp_path: Path) -> None:
    assert disk.takes_data(tmp_path)
    with full_disk():
        disk.forget()
        assert not disk.takes_data(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_refuses_even_the_removal_takes_no_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "read-only file system")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    assert not disk.takes_data(tmp_path)
