"""OpenID Connect Core 1.0 §3.1.2.1: prompt, max_age, id_token_hint, and what must not be an error."""

import re
from typing import Any

import pytest
from flask import Flask

from idp import authenticators
from tests.actors import Person, Portal, citizen, decode, query
from tests.conftest import MovableClock

PASSWORD = "correct horse battery staple"


@pytest.fixture
def known(app: Flask, stores: None) -> Person:
    """A citizen who is logged in and has a password to show again."""
    person, person_id = Person(app), citizen()
    authenticators.password.set(person_id, PASSWORD)
    person.log_in(person_id)
    return person


def code_after_password(person: Person, location: str) -> str:
    """Show the password on the page that asks for it; the code at the end of the way."""
    assert location.startswith("/login/")
    page = person.get(location).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    assert 'name="password"' in page
    form = {name: hidden[name] for name in ("csrf_token", "step")}
    answer = person.post(location, {**form, "password": PASSWORD})
    while answer.location.startswith("/"):
        answer = (
            person.agree(answer.location) if "/consent/" in answer.location else person.get(answer.location)
        )
    return query(answer.location)["code"]


def identity(person: Person, portal: Portal, code: str) -> dict[str, Any]:
    return decode((person.token(portal, portal.token_form(code)).json or {})["id_token"])


def test_prompt_login_asks_again_and_renews_auth_time(
    known: Person, tax: Portal, time_travel: MovableClock
) -> None:
    first = decode(known.tokens(tax)["id_token"])
    time_travel.advance(10)
    second = identity(known, tax, code_after_password(known, known.authorize(tax, prompt="login").location))
    assert second["auth_time"] >= first["auth_time"] + 10
    assert second["sub"] == first["sub"]


def test_prompt_login_is_not_satisfied_by_leaving_the_page_out(known: Person, tax: Portal) -> None:
    known.tokens(tax)
    page = known.authorize(tax, prompt="login").location
    assert known.get(page.replace("/login/", "/authorize/continue/")).location == page


def test_prompt_none_keeps_auth_time_and_shows_nothing(
    known: Person, tax: Portal, time_travel: MovableClock
) -> None:
    first = decode(known.tokens(tax)["id_token"])
    time_travel.advance(10)
    answer = known.authorize(tax, prompt="none")
    second = identity(known, tax, query(answer.location)["code"])
    assert (second["auth_time"], second["sub"]) == (first["auth_time"], first["sub"])


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"max_age": "0"}, "login_required"),
        ({"acr_values": "l3"}, "unmet|interaction_required|login_required"),
        ({"scope": "openid realname"}, "consent_required"),
    ],
)
def test_prompt_none_never_shows_a_page(
    known: Person, tax: Portal, changes: dict[str, str], error: str
) -> None:
    known.tokens(tax)
    location = known.authorize(tax, prompt="none", **changes).location
    assert location.startswith(tax.redirect_uri)
    assert re.match(error, query(location)["error"])


def test_max_age_that_has_passed_asks_again(known: Person, tax: Portal, time_travel: MovableClock) -> None:
    first = decode(known.tokens(tax)["id_token"])
    time_travel.advance(12)
    second = identity(known, tax, code_after_password(known, known.authorize(tax, max_age="10").location))
    assert second["auth_time"] > first["auth_time"] + 10


def test_max_age_that_has_not_passed_asks_nothing(
    known: Person, tax: Portal, time_travel: MovableClock
) -> None:
    first = decode(known.tokens(tax, max_age="15000")["id_token"])
    time_travel.advance(5)
    second = identity(known, tax, query(known.authorize(tax, max_age="10000").location)["code"])
    assert second["auth_time"] == first["auth_time"]


@pytest.mark.parametrize("max_age", ["-1", "1.5", "x", "٣", "1e3", "9" * 5000, ""])
def test_max_age_is_a_whole_number(known: Person, tax: Portal, max_age: str) -> None:
    known.tokens(tax)
    answer = query(known.authorize(tax, max_age=max_age).location)
    assert answer.get("error") == (None if max_age == "" else "invalid_request")


def test_a_hint_of_this_person_is_satisfied_by_the_session(known: Person, tax: Portal) -> None:
    hint = known.tokens(tax)["id_token"]
    answer = query(known.authorize(tax, prompt="none", id_token_hint=hint).location)
    assert "code" in answer


def test_an_expired_hint_serves_too(known: Person, tax: Portal, time_travel: MovableClock) -> None:
    hint = known.tokens(tax)["id_token"]
    time_travel.advance(tax.client.id_token_lifetime + 60)
    assert "code" in query(known.authorize(tax, prompt="none", id_token_hint=hint).location)


def test_a_hint_for_another_portal_is_refused(known: Person, tax: Portal, health: Portal) -> None:
    hint = known.tokens(health)["id_token"]
    assert query(known.authorize(tax, id_token_hint=hint).location)["error"] == "invalid_request"


@pytest.mark.parametrize("token", ["access_token", "refresh_token"])
def test_another_kind_of_token_is_no_hint(known: Person, tax: Portal, token: str) -> None:
    hint = known.tokens(tax)[token]
    assert query(known.authorize(tax, id_token_hint=hint).location)["error"] == "invalid_request"


@pytest.mark.parametrize(
    "extra",
    [
        {"extra": "foobar"},
        {"display": "popup"},
        {"ui_locales": "se"},
        {"claims_locales": "se"},
        {"acr_values": "1 2"},
        {"login_hint": "nobody@example.org"},
        {"claims": '{"userinfo":{"nonsense":{"essential":true}}}'},
    ],
)
def test_what_must_be_ignored_is_ignored(known: Person, tax: Portal, extra: dict[str, str]) -> None:
    known.tokens(tax)
    assert "code" in query(known.authorize(tax, **extra).location)


def test_a_post_is_served_like_a_get(known: Person, tax: Portal) -> None:
    known.tokens(tax)
    answer = known.post("/authorize", tax.request())
    assert "code" in query(answer.location)


def test_a_post_too_long_for_a_get_is_refused_on_a_page(stranger: Person, tax: Portal) -> None:
    answer = stranger.post("/authorize", tax.request(state="é" * 2000))
    assert answer.status_code == 413
    assert "Set-Cookie" not in answer.headers


def test_what_a_portal_lost_between_code_and_token_is_not_given(known: Person, tax: Portal) -> None:
    from tests.actors import portal

    code = known.code_for(tax, scope="openid profile realname")
    portal("tax", scopes=("openid", "profile"))
    answer = known.token(tax, tax.token_form(code)).json or {}
    assert answer["scope"] == "openid profile"
