"""Attack book, group D: tokens from before a password change, and limits of more than one kind."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from idp import authenticators, logout, sessions
from idp.consent import service as consents
from tests.actors import Person, Portal, portal
from tests.conftest import MovableClock
from tests.records import one_event

OLD, NEW = "correct horse battery staple", "a wholly different staple"


def person_of(person: Person) -> str:
    cookie = person.http.get_cookie("sid", domain="127.0.0.1")
    session = sessions.find(cookie.value if cookie else None)
    assert session is not None
    return session.person_id


def change_password(person: Person) -> None:
    page = person.get("/account/password").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    form = {"csrf_token": token[1], "old": OLD, "new": NEW, "again": NEW}
    assert person.post("/account/password", form).status_code == 303


def refreshed(person: Person, portal: Portal, made: dict[str, Any]) -> tuple[int, str]:
    form = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
    answer = person.token(portal, form)
    return answer.status_code, (answer.json or {}).get("error", "")


def reads(person: Person, made: dict[str, Any]) -> int:
    return person.get("/userinfo", headers={"Authorization": f"Bearer {made['access_token']}"}).status_code


def active(person: Person, portal: Portal, made: dict[str, Any]) -> bool:
    told = person.post("/introspect", {"token": made["access_token"]}, headers=portal.basic).json or {}
    return bool(told["active"])


@pytest.fixture
def long_lived(stores: None) -> Portal:
    """A portal with leave to go on when the person is away."""
    return portal(
        "tax", audience="https://api.tax.example.gov", scopes=("openid", "profile", "offline_access")
    )


@pytest.mark.parametrize("scope", ["openid", "openid offline_access"])
def test_d09_a_changed_password_ends_what_was_given_elsewhere(
    app: Flask, me: Person, long_lived: Portal, scope: str
) -> None:
    authenticators.password.set(person_of(me), OLD)
    elsewhere = Person(app)
    elsewhere.log_in(person_of(me))
    made = elsewhere.tokens(long_lived, scope=scope)
    code = elsewhere.code_for(long_lived, scope=scope)
    with one_event("session.kill"):
        change_password(me)
    assert refreshed(elsewhere, long_lived, made) == (400, "invalid_grant")
    assert reads(elsewhere, made) == 401
    assert not active(elsewhere, long_lived, made)
    answer = elsewhere.token(long_lived, long_lived.token_form(code))
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_grant")
    assert "error=login_required" in elsewhere.authorize(long_lived, prompt="none").location
    assert me.get("/account/").status_code == 200, "who changed it stays"


LIMITS: dict[str, Callable[[str], object]] = {
    "consent to this portal": lambda person: consents.withdraw(person, "tax"),
    "all sessions": lambda person: logout.end_all(person, reason="test"),
}


@pytest.mark.parametrize("name", LIMITS)
def test_d20_each_limit_ends_older_tokens_by_itself(me: Person, long_lived: Portal, name: str) -> None:
    made, person = me.tokens(long_lived), person_of(me)
    assert active(me, long_lived, made)
    LIMITS[name](person)
    assert not active(me, long_lived, made)
    assert reads(me, made) == 401
    assert refreshed(me, long_lived, made) == (400, "invalid_grant")


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_d20_of_two_limits_none_hides_the_other(
    app: Flask, me: Person, long_lived: Portal, order: list[int], time_travel: MovableClock
) -> None:
    person, limits = person_of(me), list(LIMITS.values())
    before = me.tokens(long_lived)
    for which in order:
        time_travel.advance(5)
        again = Person(app)
        again.log_in(person)
        between = again.tokens(long_lived)
        limits[which](person)
        assert not active(me, long_lived, before)
        assert not active(me, long_lived, between)
        assert reads(again, between) == 401
    time_travel.advance(5)
    again = Person(app)
    again.log_in(person)
    after = again.tokens(long_lived)
    assert active(me, long_lived, after), "what is younger than both lives"
    assert not active(me, long_lived, before)
