"""Checklist A0, dynamic registration: what every module of a dynamic plan asks before it begins."""

from typing import Any

import pytest
from flask import Flask

from tests.keyhost import new_key, public
from tests.registrants import Own, Registrant, initial_token

#: What the suite registers for each module.
SUITE: dict[str, Any] = {
    "client_name": "Conformance Suite Client (1)",
    "grant_types": ["authorization_code"],
    "response_types": ["code"],
    "redirect_uris": ["https://suite.example.org/test/a/alias/callback"],
    "token_endpoint_auth_method": "client_secret_basic",
    "contacts": ["certification@suite.example.org"],
}


@pytest.fixture
def registered(app: Flask, stores: None) -> Own:
    """The client of a module."""
    program = Registrant(app, initial_token())
    answer = program.post(SUITE | {"jwks": {"keys": [public(new_key("suite"))]}})
    assert (answer.status_code, answer.content_type) == (201, "application/json")
    return Own(program, dict(answer.json or {}))


def test_oidcc_registration_answer(registered: Own) -> None:
    """A0 dynamic registration [F]: 201, JSON, client_id, no error."""
    assert registered.told["client_id"]
    assert "error" not in registered.told
    assert {name: registered.told[name] for name in SUITE} == SUITE


def test_oidcc_registration_management(registered: Own) -> None:
    """A0 dynamic registration [F]: registration_client_uri and registration_access_token are both there."""
    assert registered.told["registration_client_uri"].endswith("/register/" + registered.id)
    assert registered.told["registration_access_token"]


def test_oidcc_registration_secret(registered: Own) -> None:
    """A0 dynamic registration [F]: client_secret comes with client_secret_expires_at."""
    assert registered.told["client_secret"]
    assert registered.told["client_secret_expires_at"] == 0


def test_oidcc_unregister_client(registered: Own) -> None:
    """A0 dynamic registration [W]: DELETE with the registration access token gives 204."""
    assert registered.delete().status_code == 204
