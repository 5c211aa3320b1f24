"""The self-check: items turn green by what was seen, red by what went wrong, and by nothing else."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from clients import selfcheck
from idp import keyring
from idp.audit import jobs
from tests.actors import Portal
from tests.demonstration import free_ports
from tests.developers import Developer, landed
from tests.records import events

pytestmark = pytest.mark.usefixtures("stores")


@dataclass
class Program:
    """A program at a port of its own that gets logout tokens; ``careless`` takes any."""

    port: int = 0
    careless: bool = False
    tokens: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/out"

    def judge(self, token: str) -> int:
        self.tokens.append(token)
        if self.careless:
            return 200
        try:
            jwt.decode(token, KeySet.import_key_set(json.loads(keyring.jwks())), algorithms=["ES256"])
        except (JoseError, ValueError):
            return 400
        return 200


@pytest.fixture
def program() -> Iterator[Program]:
    told = Program()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.send_response(told.judge(parse_qs(body)["logout_token"][0]))
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    told.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


def states(portal: Portal) -> dict[str, str]:
    jobs.ship()
    return {line.item.name: line.state for line in selfcheck.report(portal.client)}


def test_nothing_is_green_before_anything_was_seen(app: Flask) -> None:
    me = Developer(app)
    portal = me.sandbox(me.team())
    assert set(states(portal).values()) == {"open"}
    assert not selfcheck.ready(portal.client)


def test_one_login_turns_what_it_shows_green(app: Flask) -> None:
    me = Developer(app)
    portal = me.sandbox(me.team())
    me.tokens(portal, acr_values="urn:gov-sso:acr:l1")
    found = states(portal)
    assert {name for name, state in found.items() if state == "green"} == {
        "redirect", "pkce", "state", "nonce", "level",
    }  # fmt: skip
    assert selfcheck.ready(portal.client)


def test_a_login_without_nonce_and_state_is_red_until_there_is_one(app: Flask) -> None:
    me = Developer(app)
    portal = me.sandbox(me.team())
    me.tokens(portal, nonce=None, state=None)
    found = states(portal)
    assert (found["nonce"], found["state"], found["level"]) == ("red", "red", "open")
    me.tokens(portal)
    assert (states(portal)["nonce"], states(portal)["state"]) == ("green", "green")


def test_a_request_without_pkce_is_red_until_one_login_has_it(app: Flask) -> None:
    me = Developer(app)
    portal = me.sandbox(me.team())
    me.authorize(portal, code_challenge_method="plain")
    assert states(portal)["pkce"] == "red"
    me.tokens(portal)
    assert states(portal)["pkce"] == "green"


def test_what_was_seen_before_a_change_does_not_count(app: Flask) -> None:
    me = Developer(app)
    team = me.team()
    portal = me.sandbox(team)
    me.tokens(portal)
    here = f"/developers/teams/{team}/clients/{portal.client.client_id}"
    form = {"name": "网上大厅", "redirect_uris": "http://127.0.0.1:5001/callback", "scope": "profile"}
    landed(me.send(f"{here}/edit", form, page=f"{here}/edit"))
    assert set(states(portal).values()) == {"open"}


def test_a_program_that_tells_a_forged_token_from_a_true_one_is_green(app: Flask, program: Program) -> None:
    me = Developer(app)
    team = me.team()
    portal = me.sandbox(team, backchannel_logout_uri=program.address)
    here = f"/developers/teams/{team}/clients/{portal.client.client_id}/checks"
    assert "登记退出通知地址</a>" not in me.get(here).text
    assert landed(me.send(here, page=here)) == here
    assert "已检查登记的地址" in me.get(here).text
    found = states(portal)
    assert (found["logout"], found["keys"]) == ("green", "green")
    assert len(program.tokens) == 2
    assert "✓ 通过" in me.get(here).text
    assert all(token not in str(events()) for token in program.tokens)


def test_a_program_that_takes_any_token_is_red(app: Flask, program: Program) -> None:
    program.careless = True
    me = Developer(app)
    team = me.team()
    portal = me.sandbox(team, backchannel_logout_uri=program.address)
    here = f"/developers/teams/{team}/clients/{portal.client.client_id}/checks"
    me.send(here, page=here)
    found = states(portal)
    assert (found["logout"], found["keys"]) == ("green", "red")
    assert "forged 200, true 200" in me.get(here).text


def test_a_program_that_is_away_is_red_and_not_called_again_at_once(app: Flask) -> None:
    me = Developer(app)
    team = me.team()
    (nobody,) = free_ports(1)
    portal = me.sandbox(team, backchannel_logout_uri=f"http://127.0.0.1:{nobody}/out")
    here = f"/developers/teams/{team}/clients/{portal.client.client_id}/checks"
    me.send(here, page=here)
    assert states(portal)["logout"] == "red"
    before = len(events("client.probe"))
    assert "刚刚检查过" in me.get(landed(me.send(here, page=here))).text
    assert len(events("client.probe")) == before
