"""Attack book, hosts of portals' keys that are slow, dead or poisoned, at the whole server: M02 M11."""

import asyncio
import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from idp import settings
from idp.front import Front
from idp.oidc.request import Answer
from tests.actors import Person, Portal, service
from tests.keyhost import KeyHost, assertion, key_host, new_key
from tests.records import events
from tests.sink import document

KEY = new_key("one")


@pytest.fixture
def host() -> Iterator[KeyHost]:
    with key_host(KEY) as listening:
        yield listening


@pytest.fixture
def machine(stores: None, host: KeyHost) -> Portal:
    return service("machine", token_endpoint_auth_method="private_key_jwt", jwks_uri=host.uri)


def form(key: Any = KEY) -> dict[str, str]:
    return {"grant_type": "client_credentials", **assertion("machine", key)}


def test_a_client_proves_itself_with_a_key_of_its_address(
    stranger: Person, machine: Portal, host: KeyHost
) -> None:
    assert stranger.post("/token", form()).status_code == 200
    assert stranger.post("/token", form()).status_code == 200
    assert host.visits == 1


def test_a_foreign_key_under_a_known_or_an_unknown_name_proves_nothing(
    stranger: Person, machine: Portal
) -> None:
    for kid in ("one", "two"):
        answer = stranger.post("/token", form(new_key(kid)))
        assert (answer.status_code, (answer.json or {})["error"]) == (401, "invalid_client")


def test_keys_that_cannot_be_had_are_our_trouble_and_pass(
    stranger: Person, machine: Portal, host: KeyHost
) -> None:
    host.behaviour = document(b"", status=500)
    answer = stranger.post("/token", form())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_m02_a_key_host_that_moved_inside_is_not_called(
    stranger: Person, machine: Portal, host: KeyHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = settings.Settings(**(settings.current().model_dump() | {"outbound_loopback": False}))
    monkeypatch.setattr(settings.settings, "_current", strict)
    assert stranger.post("/token", form()).status_code == 503
    assert host.visits == 0
    (event,) = events("ssrf.block")
    assert event.client == "machine"


class _Scope:
    """A request as granian gives it."""

    scheme, client, authority = "http", "127.0.0.1:40000", None

    def __init__(self, method: str, path: str, body: bytes = b"") -> None:
        self.method, self.path, self.query_string = method, path, ""
        self.headers = {"host": "127.0.0.1:8080"}
        if body:
            self.headers |= {
                "content-type": "application/x-www-form-urlencoded",
                "content-length": str(len(body)),
            }


class _Exchange:
    """Gives the body, takes the answer."""

    def __init__(self, body: bytes) -> None:
        self.body = io.BytesIO(body)
        self.answer: Answer | None = None

    async def __call__(self) -> bytes:
        return self.body.read()

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.answer = Answer(status, headers, body)


def test_m11_a_slow_key_host_holds_up_nobody_else(app: Flask, machine: Portal, host: KeyHost) -> None:
    """The event loop answers others while a thread waits for the keys; the form is read a second time."""
    over, good = threading.Event(), host.behaviour

    def slow(http: BaseHTTPRequestHandler, stop: threading.Event) -> None:
        over.wait(3)
        good(http, stop)

    host.behaviour = slow

    async def visit(front: Front, method: str, path: str, body: bytes = b"") -> int:
        exchange = _Exchange(body)
        await front.__rsgi__(_Scope(method, path, body), exchange)
        assert exchange.answer is not None
        return exchange.answer.status

    async def both() -> tuple[int, int]:
        front = Front(app.wsgi_app, threads=2)  # type: ignore[arg-type]
        front.pool = pool
        waiting = asyncio.create_task(visit(front, "POST", "/token", urlencode(form()).encode()))
        await asyncio.sleep(0)
        while not host.visits:
            await asyncio.sleep(0.001)
        jwks = await visit(front, "GET", "/jwks")
        assert not waiting.done()
        over.set()
        return jwks, await waiting

    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        assert asyncio.run(both()) == (200, 200)
    assert host.visits == 1
