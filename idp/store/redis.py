"""The thin Redis layer: a socket that redis-py's ``Connection`` opened, one per thread, driven directly.

A third of the CPU of redis-py's client per trip (decision 0007). What belongs together is sent together:
``pipeline`` is one packet out and one trip. The kernel keeps the time limit of a plain socket: Python's own
would ask it twice more in every trip whether there is room to send and something to read.
A command is never sent twice: after an error in flight nobody knows whether it was carried out, so the
caller hears ``Unavailable`` and a retry is the client's.
"""

import hashlib
import logging
import os
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Sequence
from typing import Any

from hiredis import Reader, pack_command
from redis.connection import ConnectionInterface as Connection
from redis.connection import ConnectionPool
from redis.exceptions import NoScriptError, RedisError, ResponseError
from redis.exceptions import TimeoutError as TimedOut

from idp.base.errors import Unavailable

log = logging.getLogger("idp.store.redis")

#: Commands to which a value of a strange type is as good as none; a write, and a script, fails.
_READS = frozenset(("GET", "GETDEL", "HGETALL", "ZRANGE"))
#: A connection idle for longer is looked at before it is trusted: the server may have closed it.
_TRUSTED_IDLE = 1.0
_TIMEOUT = 2.0
#: A server that let somebody wait is left alone so long, and asked again with this little patience, by one
#: thread at a time: nobody's waiting may hold up what needs no Redis (attack book R02, R03).
_PAUSE = 1.0
_PATIENCE = 0.25

_CHUNK = 16384
_INCOMPLETE = object()

#: Until when the server is left alone; 0 when it answers.
_stalled = 0.0
#: When a connection was last found dead: those of other threads, used before, are looked at as well.
_broken = 0.0
_url = ""
_generation = 0
_local = threading.local()


def open(url: str) -> None:
    """Use the server at ``url`` (``redis://``, ``rediss://`` or ``unix://``) from now on; connects lazily."""
    global _url, _generation, _stalled
    _url, _generation, _stalled = url, _generation + 1, 0.0


def call(*command: Any) -> Any:
    """Send one command and return its reply (bytes, int, list or None)."""
    return pipeline(command)[0]


def pipeline(*commands: tuple[Any, ...]) -> list[Any]:
    """Send commands in one packet and return their replies in order; raises ``Unavailable``."""
    line = _ready()
    try:
        line.socket.sendall(b"".join(map(pack_command, commands)))
        replies = [line.read() for _ in commands]
    except (RedisError, OSError, ValueError) as error:
        _drop()
        _note(error)
        raise Unavailable("redis") from error
    line.used = time.monotonic()
    if _stalled:
        _recovered()
    return [_judged(command, reply) for command, reply in zip(commands, replies, strict=True)]


def evicting() -> str:
    """The policy by which the server drops records when its memory is full; empty when it drops none."""
    lines = call("INFO", "memory").decode().splitlines()
    told = dict(line.split(":", 1) for line in lines if ":" in line)
    bounded, policy = told.get("maxmemory", "0") != "0", told.get("maxmemory_policy", "noeviction")
    return policy if bounded and policy != "noeviction" else ""


class Script:
    """A Lua script: several reads and writes of one record as one atomic step."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.sha = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()

    def command(self, keys: Sequence[str], arguments: Sequence[Any]) -> tuple[Any, ...]:
        """The command for ``pipeline``; a server that forgot the script raises ``NoScriptError``."""
        return ("EVALSHA", self.sha, len(keys), *keys, *arguments)

    def run(self, keys: Sequence[str], arguments: Sequence[Any], *others: tuple[Any, ...]) -> Any:
        """Run the script, together with ``others`` in the same packet; its reply, or all replies."""
        command = self.command(keys, arguments)
        try:
            replies = pipeline(command, *others)
        except NoScriptError:
            # EVALSHA of an unknown script does nothing, and the reads beside it may be repeated.
            replies = pipeline(("SCRIPT", "LOAD", self.source), command, *others)[1:]
        return replies if others else replies[0]


class _Line:
    """An open connection: its socket, and the parser of what comes back."""

    __slots__ = ("_connection", "_reader", "generation", "socket", "used")

    def __init__(self, connection: Connection, patience: float) -> None:
        self._connection = connection
        self.socket: socket.socket = connection._sock  # type: ignore[attr-defined]
        self._reader = Reader(replyError=_error, notEnoughData=_INCOMPLETE)
        self.generation = _generation
        self.used = time.monotonic()
        # In a TLS connection, OpenSSL would try again for ever.
        if not isinstance(self.socket, ssl.SSLSocket):
            limit = struct.pack("ll", int(patience), int(patience % 1 * 1_000_000))
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
            self.socket.settimeout(None)

    def read(self) -> Any:
        """The next reply; an error of the server's is a value."""
        while (reply := self._reader.gets()) is _INCOMPLETE:
            data = self.socket.recv(_CHUNK)
            if not data:
                raise ConnectionResetError("redis closed the connection")
            self._reader.feed(data)
        return reply

    def is_quiet(self) -> bool:
        """Whether nothing has come that nobody asked for, its end included."""
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return not poll.poll(0)

    def close(self) -> None:
        """Give it up."""
        self._connection.disconnect()


def _error(text: str) -> ResponseError:
    return NoScriptError(text) if text.startswith("NOSCRIPT ") else ResponseError(text)


def _judged(command: tuple[Any, ...], reply: Any) -> Any:
    if not isinstance(reply, ResponseError):
        return reply
    if isinstance(reply, NoScriptError):
        raise reply
    kind = _kind(reply)
    if kind == "WRONGTYPE" and command[0] in _READS:
        log.warning("%s: foreign data under a key of ours counts as absent", command[0])
        return None
    raise Unavailable(f"redis: {kind}") from reply


def _kind(error: ResponseError) -> str:
    return str(error).split(" ", 1)[0]


def _ready() -> _Line:
    line: _Line | None = getattr(_local, "line", None)
    if line is None or line.generation != _generation or _stalled:
        return _connect()
    trusted = line.used > max(time.monotonic() - _TRUSTED_IDLE, _broken)
    return line if trusted or line.is_quiet() else _connect()


def _connect() -> _Line:
    _drop()
    patience = _turn() if _stalled else _TIMEOUT
    pool = ConnectionPool.from_url(
        _url, socket_timeout=patience, socket_connect_timeout=patience, protocol=2, max_connections=1
    )
    connection = pool.make_connection()
    try:
        connection.connect()
    except (RedisError, OSError) as error:
        _note(error)
        raise Unavailable("redis") from error
    _local.line = line = _Line(connection, patience)
    return line


def _drop() -> None:
    line: _Line | None = getattr(_local, "line", None)
    if line is not None:
        line.close()
        _local.line = None


def _note(error: Exception) -> None:
    """A server that refuses costs nobody time; one that is silent does."""
    global _broken, _stalled
    _broken = time.monotonic()
    if isinstance(error, TimedOut | TimeoutError | BlockingIOError):
        _stalled = time.monotonic() + _PAUSE


def _turn() -> float:
    """The patience of the one thread that may ask a silent server again; raises ``Unavailable`` else."""
    global _stalled
    moment = time.monotonic()
    if moment < _stalled:
        raise Unavailable("redis")
    _stalled = moment + _PAUSE
    return _PATIENCE


def _recovered() -> None:
    """The server answers again; this thread's next connection is an ordinary one."""
    global _stalled
    _stalled = 0.0
    _drop()


def _forked() -> None:
    """A child must never speak over its parent's connection: it would read replies meant for others."""
    global _generation
    _generation += 1


os.register_at_fork(after_in_child=_forked)
