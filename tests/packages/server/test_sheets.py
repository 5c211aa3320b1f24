"""One address takes a long body, from who seems to be an officer; two at a time, and nobody else any."""

import socket

import pytest

from idp.oidc.request import LARGEST, Answer
from idp.pages import sheets
from idp.server import body, connection
from idp.server.head import Malformed
from tests.looping import served
from tests.wire import Answer as Got
from tests.wire import Connection, Request

PATH = "/admin/policies/sheet"
OFFICER = {
    "SERVER_PROTOCOL": "HTTP/1.1", "REQUEST_METHOD": "POST", "PATH_INFO": PATH, "HTTP_COOKIE": "staff=x",
}  # fmt: skip


class Echo:
    """Answers with the length of what was sent."""

    def answer(self, made: dict[str, object]) -> Answer:
        return Answer(200, (), str(len(made["wsgi.input"].read())).encode())  # type: ignore[attr-defined]


def got(sent: Connection) -> Got:
    """What is answered, once it is whole."""
    while (answer := sent.receive()) is None:
        continue
    return answer


def test_a_sheet_may_be_long_and_has_its_end_too() -> None:
    assert body.length({**OFFICER, "CONTENT_LENGTH": str(sheets.LARGEST)}) == sheets.LARGEST
    for length in (str(sheets.LARGEST + 1), "0" * 8):
        with pytest.raises(Malformed) as refused:
            body.length({**OFFICER, "CONTENT_LENGTH": length})
        assert refused.value.status == 413


def test_a_program_sends_a_file_where_it_shows_a_token() -> None:
    file = {
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/admin/api/v1/configuration",
    }
    long = {"CONTENT_LENGTH": str(sheets.LARGEST)}
    assert body.length({**file, "HTTP_AUTHORIZATION": "Bearer x", **long}) == sheets.LARGEST
    for made in (file, {**OFFICER, "PATH_INFO": file["PATH_INFO"]}):
        with pytest.raises(Malformed) as refused:
            body.length({**made, **long})
        assert refused.value.status == 413


@pytest.mark.parametrize(
    "changed",
    [{"PATH_INFO": "/token"}, {"REQUEST_METHOD": "PUT"}, {"HTTP_COOKIE": ""}, {"HTTP_COOKIE": "sid=x"}],
)
def test_o18_nobody_else_sends_a_long_body(changed: dict[str, str]) -> None:
    with pytest.raises(Malformed) as refused:
        body.length({**OFFICER, **changed, "CONTENT_LENGTH": str(LARGEST + 1)})
    assert refused.value.status == 413


def test_o11_a_long_body_that_comes_byte_by_byte_is_not_copied_for_each() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        line = connection.Connection(ours, "192.0.2.1", 0)
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: x\r\nCookie: staff=x\r\nContent-Length: {sheets.LARGEST}\r\n\r\n"
        )
        theirs.send(head.encode())
        assert line.receive(0)
        assert line.request(0) is None
        kept = line._buffer
        for _ in range(3):
            theirs.send(b"x")
            assert line.receive(0)
            assert line.request(0) is None
        assert line._buffer is kept
        assert kept == b"xxx"


def test_o11_long_bodies_arrive_two_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    head = f"POST {PATH} HTTP/1.1\r\nHost: id.example\r\nCookie: staff=x\r\nContent-Length: 1000000\r\n\r\n"
    with served(Echo()) as looped:
        begun = [Connection(looped.address, timeout=15) for _ in range(connection.MOST_LONG)]
        looped.connections += begun
        for one in begun:
            one.send(head.encode())
        small = looped.ask(Request(method="POST", url="http://id.example/x", body=b"1234"))
        assert got(small).body == b"4"
        third = Connection(looped.address, timeout=15)
        looped.connections.append(third)
        third.send(head.encode())
        assert got(third).status == 503
        for one in begun:
            one.send(b"x" * 1_000_000)
            assert got(one).body == b"1000000"
        again = Connection(looped.address, timeout=15)
        looped.connections.append(again)
        again.send(head.encode() + b"x" * 1_000_000)
        assert got(again).status == 200
