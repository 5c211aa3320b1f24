"""The sample kiosk against the real server: one screen, a visitor's phone, and nothing left behind."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient

from clients.samples.kiosk import Provider, Screen, create_app
from clients.samples.kiosk.provider import Unreachable
from clients.samples.kiosk.screen import IDLE, TOLD
from idp import sessions
from tests.actors import ISSUER, Person, Portal
from tests.approving import decide, kiosk, open_code

HERE = "http://127.0.0.1:8094"


class Bridge:
    """Brings the kiosk's requests to the server in this process; ``down`` cuts the line."""

    def __init__(self, app: Flask) -> None:
        self.http = Person(app).http
        self.down = False
        self.changed: dict[str, Any] = {}

    def send(self, adapter: object, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        if self.down:
            raise requests.ConnectionError("refused")
        assert options["timeout"], "a request without a time limit"
        path = urlsplit(str(request.url)).path
        came = self.http.open(
            path,
            method=request.method,
            data=request.body,
            headers=dict(request.headers),
            base_url=ISSUER,
        )
        response = requests.Response()
        response.status_code = came.status_code
        response._content = self.changed.get(path, came.data)
        return response


@pytest.fixture
def bridge(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Bridge:
    made = Bridge(app)
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", lambda *a, **o: made.send(*a, **o))
    return made


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def machine(stores: None) -> Portal:
    return kiosk()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def screen(machine: Portal, bridge: Bridge, clock: Clock) -> Screen:
    provider = Provider(issuer=ISSUER, client_id="kiosk", secret=machine.secret, scope="openid profile")
    return Screen(provider, clock)


@pytest.fixture
def glass(screen: Screen) -> Iterator[FlaskClient]:
    """What one touches."""
    with create_app(screen).test_client() as client:
        yield client


def press(glass: FlaskClient, path: str) -> str:
    token = re.search(r'name="csrf_token" value="([^"]+)"', glass.get("/", base_url=HERE).text)
    assert token
    answer = glass.post(path, data={"csrf_token": token[1]}, base_url=HERE)
    assert answer.status_code == 303, answer.text
    return look(glass)


def look(glass: FlaskClient) -> str:
    answer = glass.get("/", base_url=HERE)
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.text


def wait(clock: Clock, glass: FlaskClient, seconds: float = 5) -> str:
    clock.now += seconds
    return look(glass)


def code_on(page: str) -> str:
    found = re.search(r'id="code"[^>]*>([^<]+)<', page)
    assert found
    return found[1]


def test_a_visitor_logs_in_with_the_phone_and_leaves_nothing(
    glass: FlaskClient, clock: Clock, me: Person
) -> None:
    page = press(glass, "/touch")
    assert "<svg" in page
    decide(me, open_code(me, code_on(page)))
    assert "张*" in wait(clock, glass)
    cookie = me.http.get_cookie("sid", domain="127.0.0.1")
    own = sessions.find(cookie.value if cookie else None)
    assert own
    assert len(sessions.of_person(own.person_id)) == 2
    assert "张" not in press(glass, "/leave")
    assert len(sessions.of_person(own.person_id)) == 1, "the platform knows that the visit is over"


def test_g18_a_machine_left_alone_forgets_its_visitor(
    glass: FlaskClient, clock: Clock, me: Person, screen: Screen
) -> None:
    """Attack book G18: walk away for 60 seconds; Back; a new citizen."""
    decide(me, open_code(me, code_on(press(glass, "/touch"))))
    assert "张*" in wait(clock, glass)
    assert "张*" in wait(clock, glass, IDLE - 1)
    page = wait(clock, glass, 1)
    assert 'id="start"' in page
    assert "张" not in page
    assert (screen.visitor, screen.codes) == (None, None)


def test_no_code_is_shown_before_somebody_touches_the_screen(glass: FlaskClient, screen: Screen) -> None:
    assert 'id="code"' not in look(glass)
    assert screen.codes is None


def test_who_refuses_on_the_phone_is_told_so_and_then_the_screen_is_free(
    glass: FlaskClient, clock: Clock, me: Person
) -> None:
    decide(me, open_code(me, code_on(press(glass, "/touch"))), "deny")
    assert "您没有同意登录" in wait(clock, glass)
    assert 'id="start"' in wait(clock, glass, TOLD)


def test_the_machine_polls_at_the_interval_and_slower_when_told(
    glass: FlaskClient, clock: Clock, screen: Screen
) -> None:
    press(glass, "/touch")
    for _ in range(3):
        look(glass)
    assert screen.interval == 5
    wait(clock, glass)
    clock.now += 5
    screen.next_poll = clock.now
    answer = glass.get("/", base_url=HERE)
    assert answer.headers["Refresh"] == "10", "the server said slow_down"


def test_a_platform_that_is_away_is_told(glass: FlaskClient, bridge: Bridge) -> None:
    bridge.down = True
    assert "暂时无法连接" in press(glass, "/touch")


def test_leaving_works_when_the_platform_is_away(
    glass: FlaskClient, clock: Clock, me: Person, bridge: Bridge
) -> None:
    decide(me, open_code(me, code_on(press(glass, "/touch"))))
    wait(clock, glass)
    bridge.down = True
    assert "张" not in press(glass, "/leave")


@pytest.mark.parametrize("path", ["/userinfo", "/jwks"])
def test_what_does_not_belong_together_is_not_believed(
    glass: FlaskClient, clock: Clock, me: Person, bridge: Bridge, path: str
) -> None:
    decide(me, open_code(me, code_on(press(glass, "/touch"))))
    bridge.changed[path] = b'{"sub":"another","keys":[]}'
    assert "暂时无法连接" in wait(clock, glass)


def test_an_id_token_for_another_client_is_not_believed(machine: Portal, bridge: Bridge, me: Person) -> None:
    provider = Provider(issuer=ISSUER, client_id="kiosk", secret=machine.secret, scope="openid")
    codes = provider.ask()
    decide(me, open_code(me, codes.user_code))
    with pytest.raises(Unreachable):
        replace(provider, issuer=ISSUER + "x").poll(codes)
    assert codes.device_code not in repr(codes)


def test_another_page_cannot_press_the_buttons(glass: FlaskClient) -> None:
    assert glass.post("/touch", base_url=HERE).status_code == 400
    assert glass.get("/", base_url="http://other.example").status_code == 400
