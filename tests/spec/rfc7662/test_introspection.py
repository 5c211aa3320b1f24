"""RFC 7662: token introspection."""

from typing import Any

import pytest

from clients import service as registry
from idp.persons import service as persons
from tests.actors import ISSUER, Person, Portal, decode, portal
from tests.conftest import MovableClock


@pytest.fixture
def guard(stores: None) -> Portal:
    """A resource server that may look tokens up which are for its service."""
    return portal(
        "guard", audience="https://api.example.gov", introspects=("https://api.example.gov",),
        grant_types=("client_credentials",), redirect_uris=(), post_logout_redirect_uris=(),
        scopes=("data.query",),
    )  # fmt: skip


@pytest.fixture
def caller(guard: Portal) -> Portal:
    """A portal whose tokens are for that service."""
    return portal("caller", audience="https://api.example.gov")


def look(person: Person, asking: Portal, token: str, **more: str) -> dict[str, Any]:
    answer = person.post("/introspect", {"token": token, **more}, headers=asking.basic)
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    return dict(answer.json or {})


def test_section_2_1_the_token_is_required(me: Person, guard: Portal) -> None:
    answer = me.post("/introspect", {"x": "y"}, headers=guard.basic)
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_request")


def test_section_2_1_whoever_asks_must_authenticate(me: Person, caller: Portal) -> None:
    answer = me.post("/introspect", {"token": me.tokens(caller)["access_token"]})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_section_2_1_a_wrong_hint_changes_nothing(me: Person, guard: Portal, caller: Portal) -> None:
    access = me.tokens(caller)["access_token"]
    for hint in ("refresh_token", "access_token", "nonsense"):
        assert look(me, guard, access, token_type_hint=hint)["active"] is True


def test_section_2_2_a_living_token_is_described(me: Person, guard: Portal, caller: Portal) -> None:
    access = me.tokens(caller)["access_token"]
    told, claims = look(me, guard, access), decode(access)
    assert told["active"] is True
    assert told["token_type"] == "Bearer"
    for name in ("iss", "sub", "aud", "client_id", "scope", "exp", "iat", "jti", "acr", "auth_time"):
        assert told[name] == claims[name], name
    assert told["iss"] == ISSUER


@pytest.mark.parametrize("token", ["x", "a.b.c", "é", "x" * 5000, "eyJhbGciOiJub25lIn0.e30."])
def test_section_2_2_what_is_no_token_is_only_inactive(me: Person, guard: Portal, token: str) -> None:
    assert look(me, guard, token) == {"active": False}


def test_section_2_2_an_expired_token_is_inactive(
    me: Person, guard: Portal, caller: Portal, time_travel: MovableClock
) -> None:
    access = me.tokens(caller)["access_token"]
    time_travel.advance(caller.client.access_token_lifetime)
    assert look(me, guard, access) == {"active": False}


def test_section_2_2_a_revoked_token_is_inactive(me: Person, guard: Portal, caller: Portal) -> None:
    access = me.tokens(caller)["access_token"]
    me.post("/revoke", {"token": access}, headers=caller.basic)
    assert look(me, guard, access) == {"active": False}


def test_section_2_2_a_refresh_token_is_not_looked_up(me: Person, guard: Portal, caller: Portal) -> None:
    assert look(me, guard, me.tokens(caller)["refresh_token"]) == {"active": False}


def test_section_2_2_a_token_of_a_disabled_client_is_inactive(
    me: Person, guard: Portal, caller: Portal
) -> None:
    access = me.tokens(caller)["access_token"]
    registry.disable("caller", operator="test")
    assert look(me, guard, access) == {"active": False}


def test_section_2_2_a_token_of_a_frozen_person_is_inactive(
    me: Person, guard: Portal, caller: Portal
) -> None:
    from idp import sessions

    access = me.tokens(caller)["access_token"]
    cookie = me.http.get_cookie("sid", domain="127.0.0.1")
    session = sessions.find(cookie.value if cookie else None)
    assert session is not None
    persons.freeze(session.person_id, cause="court", operator="test")
    assert look(me, guard, access) == {"active": False}


def test_section_4_a_token_for_another_service_is_inactive_to_whoever_asks(me: Person, guard: Portal) -> None:
    other = portal("other", audience="https://api.other.gov")
    assert look(me, guard, me.tokens(other)["access_token"]) == {"active": False}
