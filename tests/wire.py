"""HTTP/1.1 at the socket (RFC 9112), for tests that must decide when which byte is sent.

Owns: a request and an answer as values, their bytes, one connection.
Not here: cookies, redirects and forms (`tests.interop.browserless`).
"""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests import tls


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a browser or a client sends."""

    method: str = "GET"
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; header names in lower case, repeated ones in their order."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of this name, or an empty text."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode()


def encode(request: Request) -> bytes:
    """A request as it goes over the wire."""
    parts = urlsplit(request.url)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    lines = [f"{request.method} {path} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    if request.method != "GET":
        lines.append(f"Content-Length: {len(request.body)}")
    return "\r\n".join([*lines, "", ""]).encode() + request.body


class Reader:
    """Puts one answer together from the pieces that arrive."""

    def __init__(self) -> None:
        self._buffer = b""
        self._head: tuple[int, tuple[tuple[str, str], ...]] | None = None
        self._length: int | None = None

    def feed(self, data: bytes) -> Answer | None:
        """Take what arrived; the answer once it is whole."""
        self._buffer += data
        if self._head is None:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return None
            self._read_head(head.decode("latin-1"))
            self._buffer = rest
        body = self._body()
        if body is None or self._head is None:
            return None
        status, headers = self._head
        self._head, self._buffer = None, b""
        return Answer(status=status, headers=headers, body=body)

    def _read_head(self, head: str) -> None:
        first, *lines = head.split("\r\n")
        pairs = (line.split(":", 1) for line in lines)
        headers = tuple((name.lower(), value.strip()) for name, value in pairs)
        self._head = (int(first.split(" ", 2)[1]), headers)
        length = next((value for name, value in headers if name == "content-length"), None)
        chunked = ("transfer-encoding", "chunked") in headers
        self._length = None if chunked else int(length or 0)

    def _body(self) -> bytes | None:
        if self._length is not None:
            return self._buffer if len(self._buffer) >= self._length else None
        body, rest = b"", self._buffer
        while True:
            size, end, rest = rest.partition(b"\r\n")
            count = int(size.split(b";")[0], 16) if end else -1
            if count == 0 and rest.endswith(b"\r\n"):
                return body
            if count <= 0 or len(rest) < count + 2:
                return None
            body, rest = body + rest[:count], rest[count + 2 :]


class Connection:
    """A keep-alive connection to one server: blocking, or asked only when a selector says so."""

    def __init__(
        self, address: tuple[str, int], timeout: float = 30, trust: ssl.SSLContext | None = None
    ) -> None:
        self.address = address
        self.socket = socket.create_connection(address, timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if trust:
            self.socket = trust.wrap_socket(self.socket, server_hostname=address[0])
        self._reader = Reader()

    def fileno(self) -> int:
        return self.socket.fileno()

    def send(self, data: bytes) -> None:
        """Send bytes of a request, all of it or a part."""
        self.socket.sendall(data)

    def receive(self) -> Answer | None:
        """Take what has arrived; an answer once it is whole."""
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError(f"{self.address} closed the connection before its answer")
        return self._reader.feed(data)

    def answer(self) -> Answer:
        """Wait for the whole answer."""
        while (answer := self.receive()) is None:
            pass
        return answer

    def close(self) -> None:
        self.socket.close()


def address(url: str) -> tuple[str, int]:
    """Where the server of a URL listens."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 80


def exchange(request: Request) -> Answer:
    """One request over a connection of its own."""
    trust = tls.trusting() if request.url.startswith("https:") else None
    connection = Connection(address(request.url), trust=trust)
    try:
        connection.send(encode(request))
        return connection.answer()
    finally:
        connection.close()
