"""Sheets come from officers' browsers, files from programs of theirs; two at a time, and from nobody else."""

import socket

import pytest
from flask import Flask

from idp import keyring
from idp.oidc.dpop import nonce
from idp.oidc.request import LARGEST, Answer
from idp.pages import cookies, sheets
from idp.server import body, connection
from idp.server.head import Malformed
from idp.staff import sessions
from tests.conftest import MovableClock
from tests.looping import served
from tests.officers import appointed
from tests.programs import program
from tests.wire import Answer as Got
from tests.wire import Connection, Request

PATH, PROGRAM = "/admin/policies/sheet", "/admin/api/v1/configuration"

pytestmark = pytest.mark.usefixtures("stores")


@pytest.fixture
def cookie(stores: None) -> str:
    """The cookie of somebody of staff who has logged in."""
    return sessions.start(appointed()[0])


@pytest.fixture
def officer(cookie: str) -> dict[str, str]:
    """The head of what an officer's browser sends."""
    return {**head(PATH), "HTTP_COOKIE": f"{cookies.name('staff')}={cookie}"}


def head(path: str) -> dict[str, str]:
    return {"SERVER_PROTOCOL": "HTTP/1.1", "REQUEST_METHOD": "POST", "PATH_INFO": path}


def sent(made: dict[str, str], length: int) -> bytes:
    """The bytes of a head."""
    lines = f"POST {PATH} HTTP/1.1", "Host: id.example", f"Cookie: {made['HTTP_COOKIE']}"
    return "\r\n".join((*lines, f"Content-Length: {length}", "", "")).encode()


def refused(made: dict[str, str], length: int = LARGEST + 1) -> int:
    """The status with which a body of this length is refused."""
    with pytest.raises(Malformed) as caught:
        body.length({**made, "CONTENT_LENGTH": str(length)})
    return caught.value.status


class Echo:
    """Answers with the length of what was sent."""

    def answer(self, made: dict[str, object]) -> Answer:
        return Answer(200, (), str(len(made["wsgi.input"].read())).encode())  # type: ignore[attr-defined]


def got(sent: Connection) -> Got:
    """What is answered, once it is whole."""
    while (answer := sent.receive()) is None:
        continue
    return answer


def test_a_sheet_may_be_long_and_has_its_end_too(officer: dict[str, str]) -> None:
    assert body.length({**officer, "CONTENT_LENGTH": str(sheets.LARGEST)}) == sheets.LARGEST
    for length in (sheets.LARGEST + 1, 10**8):
        assert refused(officer, length) == 413


def test_a_program_sends_a_file_where_it_shows_a_token(app: Flask, officer: dict[str, str]) -> None:
    allowed, other = (program(app, f"admin:configuration:{verb}").token for verb in ("write", "read"))
    for scheme in ("Bearer", "DPoP"):
        made = {**head(PROGRAM), "HTTP_AUTHORIZATION": f"{scheme} {allowed}"}
        assert body.length({**made, "CONTENT_LENGTH": str(sheets.LARGEST)}) == sheets.LARGEST
        assert refused({**made, "PATH_INFO": PATH}) == 413
    for shown in ("", "Bearer", "Bearer x", f"Bearer {other}", f"Bearer {allowed[:-4]}AAAA"):
        assert refused({**head(PROGRAM), "HTTP_AUTHORIZATION": shown}) == 413
    assert refused({**officer, "PATH_INFO": PROGRAM}) == 413


def test_a_token_that_has_run_out_sends_no_file(app: Flask, time_travel: MovableClock) -> None:
    made = {
        **head(PROGRAM),
        "HTTP_AUTHORIZATION": f"Bearer {program(app, 'admin:configuration:write').token}",
    }
    time_travel.advance(3600)
    assert refused(made) == 413


@pytest.mark.parametrize(
    "changed",
    [{"PATH_INFO": "/token"}, {"REQUEST_METHOD": "PUT"}, {"HTTP_COOKIE": ""}, {"HTTP_COOKIE": "sid=x"}],
)
def test_o18_nobody_else_sends_a_long_body(changed: dict[str, str], officer: dict[str, str]) -> None:
    assert refused({**officer, **changed}) == 413


def test_o11_a_made_up_cookie_takes_no_officer_s_place(cookie: str, time_travel: MovableClock) -> None:
    name = cookies.name("staff")
    nonces = keyring.seal_token(b"staff"), keyring.seal_token(b"x" * 45), nonce.fresh()
    for value in ("x", cookie[:-2] + "AA", cookie + f"; {name}=x", *nonces):
        assert refused({**head(PATH), "HTTP_COOKIE": f"{name}={value}"}) == 413
    time_travel.advance(sessions.ABSOLUTE)
    assert refused({**head(PATH), "HTTP_COOKIE": f"{name}={cookie}"}) == 413


def test_o11_a_long_body_that_comes_byte_by_byte_is_not_copied_for_each(officer: dict[str, str]) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        line = connection.Connection(ours, "192.0.2.1", 0)
        theirs.send(sent(officer, sheets.LARGEST))
        assert line.receive(0)
        assert line.request(0) is None
        kept = line._buffer
        for _ in range(3):
            theirs.send(b"x")
            assert line.receive(0)
            assert line.request(0) is None
        assert line._buffer is kept
        assert kept == b"xxx"


def test_o11_long_bodies_arrive_two_at_a_time(officer: dict[str, str]) -> None:
    begin = sent(officer, 1_000_000)
    with served(Echo()) as looped:
        begun = [Connection(looped.address, timeout=15) for _ in range(connection.MOST_LONG)]
        looped.connections += begun
        for one in begun:
            one.send(begin)
        small = looped.ask(Request(method="POST", url="http://id.example/x", body=b"1234"))
        assert got(small).body == b"4"
        third = Connection(looped.address, timeout=15)
        looped.connections.append(third)
        third.send(begin)
        assert got(third).status == 503
        for one in begun:
            one.send(b"x" * 1_000_000)
            assert got(one).body == b"1000000"
        again = Connection(looped.address, timeout=15)
        looped.connections.append(again)
        again.send(begin + b"x" * 1_000_000)
        assert got(again).status == 200
