"""The loop of a web process, met at its socket."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from idp.base.errors import Unavailable
from idp.oidc.request import Answer
from idp.server import answer as wire
from idp.server import connection, loop
from idp.store import elsewhere
from tests.looping import served
from tests.wire import Connection, Request

URL = "http://id.example"


class Gate:
    """Answers as a test tells it to."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.bodies: list[bytes] = []

    def answer(self, made: dict[str, Any]) -> Answer | None:
        self.bodies.append(made["wsgi.input"].read())
        path = made["PATH_INFO"]
        if path == "/sql":
            try:
                return Answer(200, (), elsewhere.run_within(0.5, self._slow))
            except Unavailable:
                return Answer(503, ())
        if path == "/fails":
            raise ValueError
        if path == "/split":
            return Answer(200, (("X", "a\r\nSet-Cookie: b=c"),))
        if path == "/large":
            return Answer(200, (), b"x" * 8_000_000)
        return None if path == "/page" else Answer(200, (("X-A", "b"),), path.encode())

    def _slow(self) -> bytes:
        self.go_on.wait(10)
        return b"slow"

    def web(self, made: dict[str, Any], start_response: Any) -> list[bytes]:
        self.go_on.wait(10)
        start_response("404 NOT FOUND", [("Content-Length", "4"), ("X-Page", "1")])
        return [b"pa", b"ge"]


@pytest.fixture
def gate() -> Gate:
    return Gate()


def raw(address: tuple[str, int], sent: bytes, seconds: float = 5) -> bytes:
    """All that comes back until the server closes."""
    with socket.create_connection(address, timeout=seconds) as line:
        line.sendall(sent)
        got = b""
        with suppress(TimeoutError, ConnectionResetError):
            while data := line.recv(65536):
                got += data
        return got


def request(path: str, *fields: str, body: bytes = b"") -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: id.example", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join([*lines, "", ""]).encode() + body


CLOSE = "Connection: close"


def test_an_answer_has_its_length_its_date_and_no_maker(gate: Gate) -> None:
    with served(gate) as site:
        answer = site.ask(Request(url=URL + "/a")).answer()
    assert (answer.status, answer.body, answer.header("x-a")) == (200, b"/a", "b")
    assert answer.header("server") == "idp"
    assert answer.header("date").endswith("GMT")


def test_one_connection_carries_many_requests_also_in_one_packet(gate: Gate) -> None:
    sent = (
        request("/1", body=b"one")
        + b"\r\n"
        + request("/2", body=b"GET / HTTP/1.1\r\n\r\n")
        + request("/3", CLOSE)
    )
    with served(gate) as site:
        got = raw(site.address, sent + request("/4"))
    assert got.count(b"HTTP/1.1 200 OK\r\n") == 3
    assert gate.bodies == [b"one", b"GET / HTTP/1.1\r\n\r\n", b""]


def test_a_request_may_come_byte_by_byte(gate: Gate) -> None:
    with served(gate) as site, socket.create_connection(site.address, timeout=5) as line:
        for byte in request("/a", body=b"body"):
            line.sendall(bytes((byte,)))
        assert line.recv(100).startswith(b"HTTP/1.1 200")
    assert gate.bodies == [b"body"]


def test_who_asks_before_a_body_is_told_to_go_on(gate: Gate) -> None:
    with served(gate) as site, socket.create_connection(site.address, timeout=5) as line:
        sent = request("/a", "Expect: 100-continue", body=b"body")
        line.sendall(sent[:-4])
        assert line.recv(100) == wire.CONTINUE
        line.sendall(sent[-4:])
        assert line.recv(100).startswith(b"HTTP/1.1 200")


def test_http_1_0_and_close_end_the_connection(gate: Gate) -> None:
    with served(gate) as site:
        assert raw(site.address, b"GET /a HTTP/1.0\r\n\r\n").endswith(b"\r\nConnection: close\r\n\r\n/a")
        assert raw(site.address, request("/a", "Connection: x, Close")).endswith(b"/a")


def test_a_head_is_answered_without_body(gate: Gate) -> None:
    with served(gate) as site:
        got = raw(site.address, b"HEAD /a HTTP/1.0\r\n\r\n")
    assert got.endswith(b"\r\n\r\n")
    assert b"/a" not in got


def test_a_page_is_made_in_a_thread_and_holds_up_nobody(gate: Gate) -> None:
    with served(gate) as site:
        page = site.ask(Request(url=URL + "/page"))
        assert site.ask(Request(url=URL + "/a")).answer().body == b"/a"
        gate.go_on.set()
        answer = page.answer()
    assert (answer.status, answer.body, answer.header("x-page")) == (404, b"page", "1")


def test_who_waits_for_sql_holds_up_nobody(gate: Gate) -> None:
    with served(gate) as site:
        waiting = [site.ask(Request(url=URL + "/sql")) for _ in range(40)]
        assert site.ask(Request(url=URL + "/a")).answer().body == b"/a"
        gate.go_on.set()
        assert {one.answer().body for one in waiting} == {b"slow"}


def test_who_waits_for_sql_too_long_is_told_so_and_the_late_result_is_nobodys(gate: Gate) -> None:
    with served(gate) as site:
        connection = site.ask(Request(url=URL + "/sql"))
        assert connection.answer().status == 503
        gate.go_on.set()
        connection.send(b"GET /a HTTP/1.1\r\nHost: id.example\r\n\r\n")
        assert connection.answer().body == b"/a"


def test_more_waiting_than_there_is_room_for_are_refused(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "_MOST_WAITING", 0)
    with served(gate) as site:
        assert site.ask(Request(url=URL + "/sql")).answer().status == 503


@pytest.mark.parametrize("path", ["/fails", "/split"])
def test_a_defect_is_one_requests_trouble(gate: Gate, path: str) -> None:
    with served(gate) as site:
        failed = site.ask(Request(url=URL + path)).answer()
        assert (failed.status, failed.body, failed.header("set-cookie")) == (500, b"", "")
        assert site.ask(Request(url=URL + "/a")).answer().status == 200


def test_a_slow_reader_gets_all_of_it(gate: Gate) -> None:
    with served(gate) as site, socket.create_connection(site.address, timeout=5) as line:
        line.sendall(b"GET /large HTTP/1.0\r\n\r\n")
        assert site.ask(Request(url=URL + "/a")).answer().status == 200
        got = 0
        while data := line.recv(65536):
            got += len(data)
    assert got > 8_000_000


@contextmanager
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        for name in ("HEAD_SECONDS", "BODY_SECONDS", "IDLE_SECONDS", "SEND_SECONDS", "LINGER_SECONDS"):
            patch.setattr(connection, name, 0.2)
        yield


@pytest.mark.parametrize(
    ("sent", "got"),
    [
        (b"", b""),
        (b"GET / HTTP", b"HTTP/1.1 408 Request Timeout\r\n"),
        (request("/a", body=b"body")[:-1], b"HTTP/1.1 408 Request Timeout\r\n"),
        (b"GET /a HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\n"),
    ],
    ids=["silent", "half a head", "half a body", "kept alive"],
)
def test_every_wait_has_an_end(gate: Gate, monkeypatch: pytest.MonkeyPatch, sent: bytes, got: bytes) -> None:
    with impatient(monkeypatch), served(gate) as site:
        began = time.monotonic()
        assert raw(site.address, sent, seconds=10).partition(b"\r\n")[0] + b"\r\n" * bool(got) == got
        assert time.monotonic() - began < 8


def test_when_there_is_no_room_the_longest_silent_makes_it(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "_MOST_CONNECTIONS", 8)
    with served(gate) as site:
        silent = [socket.create_connection(site.address, timeout=5) for _ in range(30)]
        assert site.ask(Request(url=URL + "/a")).answer().status == 200
        for line in silent:
            line.close()


def test_at_its_end_a_loop_answers_what_was_begun_and_who_is_connected(gate: Gate) -> None:
    with served(gate) as site:
        page = site.ask(Request(url=URL + "/page"))
        begun = Connection(site.address)
        site.connections.append(begun)
        begun.send(b"GET /a HTTP/1.1\r\nHo")
        kept = site.ask(Request(url=URL + "/a"))
        assert kept.answer().status == 200
        site.stop()
        assert kept.socket.recv(1) == b""
        begun.send(b"st: id.example\r\n\r\n")
        gate.go_on.set()
        assert begun.answer().header("connection") == "close"
        assert page.answer().header("connection") == "close"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(site.address, timeout=5)
