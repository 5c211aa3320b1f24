"""A portal's logout address: a real HTTP server on loopback that may misbehave."""

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


@contextmanager
def sink(behave: Behaviour | None = None) -> Iterator[Sink]:
    """A listening sink; it answers 200 unless told otherwise."""
    act, stop = behave or answers(200), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made.requests.append((self.command, self.path))
            made.headers.append(dict(self.headers))
            made.forms.append(parse_qs(body.decode(), strict_parsing=bool(body)))
            try:
                act(self, stop)
            except OSError:
                self.close_connection = True

        do_GET = do_POST = _any  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Sink(uri=f"http://127.0.0.1:{server.server_port}/logout")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield made
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
