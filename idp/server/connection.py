"""One connection: bytes in, one request at a time, bytes out.

    ┌────────────────────────────── kept alive ──────────────────────────────┐
waiting ──▶ reading ──▶ answered by the loop, or by a thread (busy) ──▶ sending ──▶ closed
               └── malformed, too long, too slow ──▶ refused ──▶ lingering ──▶ closed
"""

import io
import socket
from enum import Enum
from typing import ClassVar
from weakref import WeakSet

from idp.oidc.request import LARGEST, Environ
from idp.server import answer as wire
from idp.server import body, head, refusal
from idp.server.head import Malformed

#: More at once is rare, and a larger buffer costs the allocator more than another read.
_CHUNK = 8192
_LONG_CHUNK = 65_536
#: Long bodies that a process takes at a time, from whomever: officers seldom send sheets.
MOST_LONG = 2

#: Seconds: from the first moment to a whole head, then to a whole body; between two requests; to take an
#: answer; for a refused client to read why.
HEAD_SECONDS = 10
BODY_SECONDS = 10
IDLE_SECONDS = 75
SEND_SECONDS = 20
LINGER_SECONDS = 2


class State(Enum):
    """What a connection waits for."""

    IDLE = "its next request"
    HEAD = "the rest of a head"
    BODY = "the rest of a body"
    BUSY = "its answer"
    SENDING = "room for its answer"
    LINGERING = "its client to have read the refusal"


class Connection:
    """A client's connection; the loop calls it when there is something to read or to write."""

    __slots__ = (
        "__weakref__", "_buffer", "_environ", "_length", "_out", "address", "close", "deadline", "events",
        "served", "socket", "state",
    )  # fmt: skip

    _long: ClassVar[WeakSet["Connection"]] = WeakSet()
    """Those on which a long body arrives."""

    def __init__(self, line: socket.socket, address: str, now: float) -> None:
        self.socket = line
        self.address = address
        self.state = State.HEAD
        self.deadline = now + HEAD_SECONDS
        self.close = False
        """Whether the connection ends with this answer."""
        self.events = 0
        """What the loop listens for here."""
        self.served = 0
        self._buffer: bytes | bytearray = b""
        """A ``bytearray`` while a long body arrives: copied for each piece, one byte would cost much."""
        self._out = b""
        self._environ: Environ | None = None
        self._length: int | None = 0

    def receive(self, now: float) -> bool:
        """Take what has arrived; whether the client is still there."""
        try:
            data = self.socket.recv(_LONG_CHUNK if self._length and self._length > LARGEST else _CHUNK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if self.state is State.LINGERING:
            return bool(data)
        if not data:
            return False
        if self.state is State.IDLE:
            self.state, self.deadline = State.HEAD, now + HEAD_SECONDS
        if isinstance(self._buffer, bytearray):
            self._buffer += data
        else:
            self._buffer = self._buffer + data if self._buffer else data
        return True

    def request(self, now: float) -> Environ | None:
        """The next request once it is whole; raises ``Malformed``."""
        if self._environ is None and not self._take_head(now):
            return None
        content = self._take_body()
        if content is None or self._environ is None:
            return None
        made, self._environ = self._environ, None
        made["wsgi.input"] = io.BytesIO(content)
        if self._length is None:
            made["CONTENT_LENGTH"] = str(len(content))
        self.state = State.BUSY
        return made

    @property
    def has_more(self) -> bool:
        """Whether bytes of another request are here already."""
        return bool(self._buffer)

    def _take_body(self) -> bytes | None:
        if self._length is None:
            found = body.chunks(bytes(self._buffer))
            if found is None:
                return None
            content, self._buffer = found
            return content
        if len(self._buffer) < self._length:
            return None
        content, self._buffer = bytes(self._buffer[: self._length]), bytes(self._buffer[self._length :])
        self._long.discard(self)
        return content

    def _take_head(self, now: float) -> bool:
        # Empty lines may stand before a request (RFC 9112 §2.2); the deadline of the head is theirs too.
        while self._buffer.startswith(b"\r\n"):
            self._buffer = self._buffer[2:]
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or end > head.LONGEST:
            if len(self._buffer) > head.LONGEST:
                raise Malformed(431)
            return False
        made = head.environ(bytes(self._buffer[: end + 2]), self.address)
        self._length = body.length(made)
        self._buffer = self._buffer[end + 4 :]
        if self._length is not None and self._length > LARGEST:
            if len(self._long) >= MOST_LONG:
                raise Malformed(503)
            self._long.add(self)
            self._buffer = bytearray(self._buffer)
        self._environ = made
        self.close = made["SERVER_PROTOCOL"] == "HTTP/1.0" or _ends(made)
        if self._length is None or len(self._buffer) < self._length:
            self.state, self.deadline = State.BODY, now + BODY_SECONDS
            if made.get("HTTP_EXPECT", "").lower() == "100-continue" and not self._buffer:
                self.socket.send(wire.CONTINUE)
        return True

    def send(self, data: bytes, now: float) -> bool:
        """Send an answer, as much of it as there is room for; whether it has left."""
        try:
            sent = self.socket.send(data)
        except BlockingIOError:
            sent = 0
        if sent == len(data):
            self._sent(now)
            return True
        self._out = data[sent:]
        self.state, self.deadline = State.SENDING, now + SEND_SECONDS
        return False

    def send_rest(self, now: float) -> bool:
        """Send what there was no room for; whether all of it has left."""
        sent = self.socket.send(self._out)
        self._out = self._out[sent:]
        if not self._out:
            self._sent(now)
        return not self._out

    def _sent(self, now: float) -> None:
        self.served += 1
        self.state, self.deadline = State.IDLE, now + IDLE_SECONDS

    def refuse(self, status: int, now: float) -> bool:
        """Answer what cannot be understood, and read no further; whether the client may still read that."""
        try:
            self.socket.send(wire.encode(refusal.of(status), head=False, close=True))
        except OSError:
            return False
        return self._shut(now)

    def linger(self, now: float) -> bool:
        """Before the end of a connection: whether the client must first be let read the last answer."""
        return self.has_more and self._shut(now)

    def _shut(self, now: float) -> bool:
        self._long.discard(self)
        # Closing over unread bytes would take the answer back (RFC 9112 §9.6).
        self.state, self.deadline, self._buffer = State.LINGERING, now + LINGER_SECONDS, b""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        return True


def _ends(made: Environ) -> bool:
    said = made.get("HTTP_CONNECTION")
    return said is not None and "close" in said.lower()
