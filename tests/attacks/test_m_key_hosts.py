"""Attack book, hosts of portals' keys that are slow, dead or poisoned, at the whole server: M02 M11."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from idp import settings
from tests import looping
from tests.actors import Person, Portal, service
from tests.keyhost import KeyHost, assertion, key_host, new_key
from tests.records import events
from tests.sink import document
from tests.wire import Request

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


def test_m11_a_slow_key_host_holds_up_nobody_else(app: Flask, machine: Portal, host: KeyHost) -> None:
    """The event loop answers others while a thread waits for the keys."""
    over, good = threading.Event(), host.behaviour

    def slow(http: BaseHTTPRequestHandler, stop: threading.Event) -> None:
        over.wait(3)
        good(http, stop)

    host.behaviour = slow
    issuer = settings.current().issuer
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    wanted = Request(method="POST", url=issuer + "/token", headers=headers, body=urlencode(form()).encode())
    with looping.served(app.wsgi_app) as site:
        waiting = site.ask(wanted)
        while not host.visits:
            time.sleep(0.001)
        assert site.ask(Request(url=issuer + "/jwks")).answer().status == 200
        assert not over.is_set()
        over.set()
        assert waiting.answer().status == 200
    assert host.visits == 1
