"""The race tool itself: its requests meet inside the server, and a check-then-act server loses to it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests import race
from tests.wire import Request

_MANY = 32


class _Meeting(BaseHTTPRequestHandler):
    """Answers 200 only when all requests are inside at the same time, and tells who found the code unused."""

    protocol_version = "HTTP/1.1"
    meeting: threading.Barrier
    used: set[bytes]

    def do_POST(self) -> None:
        code = self.rfile.read(int(self.headers["Content-Length"]))
        first = code not in self.used
        try:
            self.meeting.wait()
            status = 200
        except threading.BrokenBarrierError:
            status = 500
        self.used.add(code)
        body = b"first" if first else b"later"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name of the base class)
        """Quiet."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 2 * _MANY


@pytest.fixture
def server() -> Iterator[str]:
    """A server that checks a code, waits for company, and only then marks the code as used."""
    _Meeting.meeting = threading.Barrier(_MANY, timeout=5)
    _Meeting.used = set()
    with _Server(("127.0.0.1", 0), _Meeting) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/token"
        server.shutdown()
        thread.join()


def test_all_requests_are_inside_the_server_at_the_same_time(server: str) -> None:
    """A barrier in the handler opens only when the last of the requests has come in."""
    answers = race.fire([Request(method="POST", url=server, body=b"code")] * _MANY)
    assert [answer.status for answer in answers] == [200] * _MANY


def test_a_server_that_checks_before_it_marks_lets_all_of_them_win(server: str) -> None:
    """What the tool is for: the naive one-time code is taken by everyone."""
    answers = race.fire([Request(method="POST", url=server, body=b"code")] * _MANY)
    assert [answer.text for answer in answers] == ["first"] * _MANY


def test_answers_come_in_the_order_of_the_requests(server: str) -> None:
    """The caller can tell which request won."""
    _Meeting.used = {b"used"}
    bodies = [b"used" if number % 2 else b"new" for number in range(_MANY)]
    answers = race.fire([Request(method="POST", url=server, body=body) for body in bodies])
    assert [answer.text for answer in answers] == ["later" if body == b"used" else "first" for body in bodies]
