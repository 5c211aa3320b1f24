"""SQL: one engine for reads (AUTOCOMMIT), one for transactions (decision 0008).

A look-up through the reading engine costs half: no BEGIN, no ROLLBACK, and psycopg keeps its prepared
statements. Writes run in ``transaction`` functions, retried once where the database says that two of them
met (SQLSTATE 40001, 40P01; SQLite: busy).
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, Executable, NullPool, Result, Row, create_engine, event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session

from idp.base.errors import Unavailable
from idp.store import disk, elsewhere, postgresql


class Base(DeclarativeBase):
    """The base of every model."""


db = SQLAlchemy(model_class=Base)

P = ParamSpec("P")
T = TypeVar("T")

_engines: dict[str | None, Engine] = {}
_ATTEMPTS = 3


def init_app(app: Flask, url: str, pool: int) -> None:
    """Make the two engines of this process for ``url``."""
    options: dict[str, Any] = {"pool_pre_ping": False}
    if not url.startswith("sqlite"):
        options |= {
            "pool_size": pool,
            "max_overflow": 0,
            "pool_timeout": 3,
            "pool_recycle": 1800,
            "connect_args": postgresql.ARGUMENTS,
        }
    else:
        options |= {"connect_args": {"timeout": 3, "check_same_thread": False}}
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    app.config["SQLALCHEMY_BINDS"] = {"read": {"url": url, "isolation_level": "AUTOCOMMIT", **options}}
    db.init_app(app)
    with app.app_context():
        close()
        _engines.update(db.engines)
    for engine in _engines.values():
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
        else:
            postgresql.make_patient(engine)
    if _engines[None].dialect.name == "sqlite":
        event.listen(_engines[None], "begin", _begin_at_once)


def answers(url: str) -> bool:
    """Whether a database can be connected to, before any engine of ours is made."""
    patience = {} if url.startswith("sqlite") else {"connect_timeout": 3}
    engine = create_engine(url, poolclass=NullPool, connect_args=patience)
    try:
        with engine.connect():
            return True
    except OperationalError:
        return False


def close() -> None:
    """Give all connections back, before a fork or at the end."""
    for engine in _engines.values():
        engine.dispose()
    _engines.clear()


def disconnect() -> None:
    """Close this process's connections before it forks.

    Locks and shared memory of an open SQLite database do not survive a fork: a child that inherits them reads
    a torn log ("malformed"), even on connections of its own (sqlite.org, How To Corrupt, §2.6).
    """
    for engine in _engines.values():
        engine.dispose()


def forked() -> None:
    """Leave the parent's connections to the parent; this process opens its own."""
    for engine in _engines.values():
        engine.dispose(close=False)


def writing_engine() -> Engine:
    """The engine of transactions, for migrations and services."""
    return _engines[None]


@contextmanager
def writing() -> Iterator[Connection]:
    """A connection of the writing engine, for migrations; raises ``Unavailable`` when there is none."""
    try:
        with _engines[None].connect() as connection:
            yield connection
    except (OperationalError, PoolTimeout) as error:
        raise Unavailable("database") from error


@contextmanager
def reading() -> Iterator[Connection]:
    """A connection for reads; raises ``Unavailable`` when the database does not answer."""
    try:
        with _engines["read"].connect() as connection:
            yield connection
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise Unavailable("database") from error


def demand_writable() -> None:
    """Raise ``Unavailable`` unless the database answers and takes changes."""
    with reading() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("SELECT 1")
            path = Path(connection.engine.url.database or "")
            writable = os.access(path, os.W_OK) and disk.takes_data(path.parent)
        else:
            # A standby says so, too (PostgreSQL, Hot Standby).
            writable = connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "off"
    if not writable:
        raise Unavailable("database is read-only")


def fetch_all(statement: Executable) -> list[Row[Any]]:
    """All rows of a read."""
    return elsewhere.run(_fetch, statement, lambda result: list(result.all()))


def fetch_one(statement: Executable) -> Row[Any] | None:
    """The first row of a read, or none."""
    return elsewhere.run(_fetch, statement, _first)


def _first(result: Result[Any]) -> Row[Any] | None:
    return result.first()


def _fetch(statement: Executable, take: Callable[[Result[Any]], T]) -> T:
    """A read, made again when its pooled connection turns out to be dead: reads may be repeated."""
    for attempt in (1, 2):
        try:
            with _engines["read"].connect() as connection:
                return take(connection.execute(statement))
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            if attempt == 1 and _is_lost(error):
                continue
            raise Unavailable("database") from error
    raise AssertionError("unreachable")


def transaction(work: Callable[Concatenate[Session, P], T]) -> Callable[P, T]:
    """Run a function in one transaction; it receives the session first and may be run again."""

    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, _ATTEMPTS + 1):
            committing = False
            try:
                with Session(_engines[None], expire_on_commit=False) as session, session.begin():
                    result = work(session, *args, **kwargs)
                    session.flush()
                    committing = True
            except (DBAPIError, PoolTimeout) as error:
                # Of a connection that died at the commit nobody knows whether it was made.
                again = _collided(error) or (_is_lost(error) and not committing)
                if attempt < _ATTEMPTS and again:
                    continue
                if again or _is_away(error):
                    raise Unavailable("database") from error
                raise
            else:
                return result
        raise AssertionError("unreachable")

    @wraps(work)
    def run_elsewhere(*args: P.args, **kwargs: P.kwargs) -> T:
        return elsewhere.run(run, *args, **kwargs)

    return run_elsewhere


def _is_lost(error: SQLAlchemyError) -> bool:
    """Whether the connection, not the statement, failed."""
    return bool(getattr(error, "connection_invalidated", False))


def _is_away(error: SQLAlchemyError) -> bool:
    """Whether the database cannot serve now: no connection, no room, or read-only (SQLSTATE 25006)."""
    read_only = getattr(getattr(error, "orig", None), "sqlstate", None) == "25006"
    return read_only or isinstance(error, OperationalError | InterfaceError | PoolTimeout)


def _collided(error: SQLAlchemyError) -> bool:
    """Whether two transactions met (serialization failure or deadlock), so that trying again helps."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) in ("40001", "40P01")


def _begin_at_once(connection: Connection) -> None:
    # A transaction that reads first and writes later would start from a state another one is changing.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=3000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
