"""Connections to PostgreSQL that wait for the server so long and no longer.

The server keeps its own limits (``statement_timeout``, ``lock_timeout``), and the kernel finds out a machine
that is gone (``tcp_user_timeout``). A server that is suspended, or a proxy in front of none, keeps its
machine's kernel answering and none of these limits: only the one who waits can stop waiting. Whoever comes
next does not wait at all for a while, so that a few threads serve everybody (attack book R12).
"""

import threading
import time
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.errors import ConnectionTimeout
from sqlalchemy import Engine, event

#: Longer than the server's own limits, shorter than the loop's patience (``elsewhere.PATIENCE``).
PATIENCE = 4.0
#: A server that let somebody wait is left alone so long, and then asked again by one thread at a time.
PAUSE = 1.0

#: What a connection is opened with, beside its address.
ARGUMENTS = {
    "connect_timeout": 3,
    "tcp_user_timeout": 3000,
    "options": "-c statement_timeout=3000 -c lock_timeout=3000 -c timezone=UTC",
}

#: Until when the server is left alone; 0 when it answers.
_silent = 0.0
_turn = threading.Lock()


class Connection(psycopg.Connection[Any]):
    """A connection that is closed when the server has been silent for too long."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = PATIENCE) -> RV:
        """Drive one exchange with the server; raises ``OperationalError`` when it takes too long.

        Nobody knows what became of the statement, and its answer may still come: nothing else is to be
        sent over this connection.
        """
        global _silent
        began = time.monotonic()
        try:
            return super().wait(gen, interval, timeout)
        except psycopg.OperationalError:
            self.pgconn.finish()
            if timeout is not None and time.monotonic() - began >= timeout:
                _silent = time.monotonic() + PAUSE
            raise


def make_patient(engine: Engine) -> None:
    """Let an engine open connections of this kind, to a server of which nothing is known yet."""
    global _silent
    _silent = 0.0

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, args: Any, parameters: Any) -> Connection:
        return _connect(*args, **parameters)


def _connect(*args: Any, **parameters: Any) -> Connection:
    """A new connection; at once refused while the server is known to be silent."""
    global _silent
    if not _silent:
        return _tried(*args, **parameters)
    if time.monotonic() < _silent or not _turn.acquire(blocking=False):
        raise psycopg.OperationalError("the server was silent a moment ago")
    try:
        made = _tried(*args, **parameters)
    finally:
        _turn.release()
    _silent = 0.0
    return made


def _tried(*args: Any, **parameters: Any) -> Connection:
    global _silent
    try:
        return Connection.connect(*args, **parameters)
    except ConnectionTimeout:
        _silent = time.monotonic() + PAUSE
        raise
