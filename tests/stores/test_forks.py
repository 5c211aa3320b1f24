"""A process forks without a database: SQLite's locks and shared memory do not survive being inherited."""

from pathlib import Path

import pytest
from flask import Flask

from idp.store import db

DESCRIPTORS = Path("/proc/self/fd")


@pytest.mark.skipif(not DESCRIPTORS.exists(), reason="the system does not list a process's open files")
def test_a_process_that_is_about_to_fork_holds_no_file_of_the_database(app: Flask, stores: None) -> None:
    if db.writing_engine().dialect.name != "sqlite":
        pytest.skip("a question of SQLite")
    file = str(db.writing_engine().url.database)
    with db.reading() as connection, db.writing_engine().connect():
        connection.exec_driver_sql("SELECT 1")
        assert held(file)
    db.disconnect()
    assert not held(file)
    with db.reading() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1


def held(file: str) -> list[str]:
    """The open files whose names begin so."""
    links = [str(link.readlink()) for link in DESCRIPTORS.iterdir() if link.is_symlink()]
    return [link for link in links if link.startswith(file)]
