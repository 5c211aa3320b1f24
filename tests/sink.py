"""A portal's logout address: a real HTTP server on loopback that may misbehave."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

#: Answers a request whose form was read; ``stop`` is set when the test is over.
Behaviour = Callable[[BaseHTTPRequestHandler, threading.Event], None]


@dataclass
class Sink:
    """Where to send to, and what has arrived."""

    uri: str
    port: int
    bodies: list[bytes] = field(default_factory=list)
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)


def answers(status: int, *headers: tuple[str, str]) -> Behaviour:
    """Answer with a status and headers."""

    def behave(http: BaseHTTPRequestHandler, stop: threading.Event) -> None:
        http.send_response(status)
        for name, value in headers:
            http.send_header(name, value)
        http.send_header("Content-Length", "0")
        http.end_headers()

    return behave


def silent(http: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    """Take the request and never answer."""
    stop.wait(30)


def dripping(http: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    """Send a status line of which one byte comes at a time and the last never."""
    for byte in b"HTTP/1.1 200 " + b"O" * 1000:
        http.wfile.write(bytes([byte]))
        http.wfile.flush()
        if stop.wait(0.1):
            return


def gushing(http: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    """Answer 200 with ten megabytes."""
    http.send_response(200)
    http.send_header("Content-Length", str(10 * 1024 * 1024))
    http.end_headers()
    for _ in range(160):
        http.wfile.write(b"x" * 65536)


def document(
    body: bytes, media_type: str = "application/json", *headers: tuple[str, str], status: int = 200
) -> Behaviour:
    """Answer with a body."""

    def behave(http: BaseHTTPRequestHandler, stop: threading.Event) -> None:
        http.send_response(status)
        for name, value in (("Content-Type", media_type), *headers):
            http.send_header(name, value)
        http.send_header("Content-Length", str(len(body)))
        http.end_headers()
        http.wfile.write(body)

    return behave


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Whoever breaks off, breaks off: a refused certificate is what some tests are about."""


@contextmanager
def sink(behave: Behaviour | None = None, *, tls: ssl.SSLContext | None = None) -> Iterator[Sink]:
    """A listening sink; it answers 200 unless told otherwise."""
    act, stop = behave or answers(200), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made.requests.append((self.command, self.path))
            made.headers.append(dict(self.headers))
            form = self.headers.get_content_type() == "application/x-www-form-urlencoded"
            made.bodies.append(body)
            made.forms.append(parse_qs(body.decode(), strict_parsing=True) if form and body else {})
            try:
                act(self, stop)
            except OSError:
                self.close_connection = True

        do_GET = do_POST = _any  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    server = _Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    port = server.server_port
    made = Sink(uri=f"http://127.0.0.1:{port}/logout", port=port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield made
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
