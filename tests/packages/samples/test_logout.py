"""Logout at a sample portal: tokens of the provider, and the person's own buttons."""

import time
from typing import Any

import pytest

from clients.samples.portal import provider as provider_module
from clients.samples.portal.logout_token import EVENT

from .conftest import ISSUER, SUBJECT, Browser, FakeProvider


def logout_claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": "tax",
        "iat": now,
        "exp": now + 120,
        "jti": "j-1",
        "sid": "sid-1",
        "sub": SUBJECT,
        "events": {EVENT: {}},
    } | changed
    return {name: value for name, value in claims.items() if value is not None}


def test_a_logout_token_ends_the_session_it_names(browser: Browser, provider: FakeProvider) -> None:
    browser.log_in()
    answer = browser.post("/backchannel-logout", logout_token=provider.sign(logout_claims(), "logout+jwt"))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert not browser.logged_in


def test_a_logout_token_without_sid_ends_all_sessions_of_the_person(
    browser: Browser, provider: FakeProvider
) -> None:
    other = Browser(browser.app, provider)
    browser.log_in()
    provider.claims = {"sid": "sid-2"}
    other.log_in()
    token = provider.sign(logout_claims(sid=None), "logout+jwt")
    assert browser.post("/backchannel-logout", logout_token=token).status_code == 200
    assert not browser.logged_in
    assert not other.logged_in


def test_a_logout_token_for_another_session_ends_nothing_here(
    browser: Browser, provider: FakeProvider
) -> None:
    browser.log_in()
    token = provider.sign(logout_claims(sid="sid-2"), "logout+jwt")
    assert browser.post("/backchannel-logout", logout_token=token).status_code == 200
    assert browser.logged_in


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"iss": "https://evil.example"}, "another issuer"),
        ({"aud": "other-portal"}, "another audience"),
        ({"aud": None}, "another audience"),
        ({"iat": None}, "no iat"),
        ({"exp": None}, "no exp"),
        ({"exp": 1}, "expired"),
        ({"iat": 4_000_000_000, "exp": 4_000_000_100}, "future"),
        ({"jti": None}, "no jti"),
        ({"events": None}, "not a logout event"),
        ({"events": {"http://example.org/other": {}}}, "not a logout event"),
        ({"events": [EVENT]}, "not a logout event"),
        ({"nonce": "n"}, "nonce"),
        ({"sid": None, "sub": None}, "neither"),
        ({"sid": 5}, "strings"),
    ],
)
def test_a_logout_token_that_breaks_a_rule_is_refused(
    browser: Browser, provider: FakeProvider, changed: dict[str, Any], rule: str
) -> None:
    browser.log_in()
    token = provider.sign(logout_claims(**changed), "logout+jwt")
    answer = browser.post("/backchannel-logout", logout_token=token)
    assert answer.status_code == 400
    assert rule in answer.json["error_description"]
    assert browser.logged_in


def test_an_id_token_is_no_logout_token(browser: Browser, provider: FakeProvider) -> None:
    browser.log_in()
    for token in (provider.id_token(), provider.sign(logout_claims(), "JWT")):
        answer = browser.post("/backchannel-logout", logout_token=token)
        assert "typ" in answer.json["error_description"]
    assert browser.logged_in


def test_a_logout_token_works_once(browser: Browser, provider: FakeProvider) -> None:
    token = provider.sign(logout_claims(), "logout+jwt")
    assert browser.post("/backchannel-logout", logout_token=token).status_code == 200
    answer = browser.post("/backchannel-logout", logout_token=token)
    assert answer.json["error_description"] == "shown before"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "{}"])
def test_rubbish_is_refused_as_rubbish(browser: Browser, token: str) -> None:
    answer = browser.post("/backchannel-logout", logout_token=token)
    assert answer.status_code == 400
    assert answer.json["error_description"] == "bad signature"


def test_invented_key_ids_do_not_make_the_portal_read_the_keys_each_time(
    browser: Browser, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_module, "KEYS_AGAIN_AFTER", 1000)
    for _ in range(5):
        browser.post("/backchannel-logout", logout_token="eyJhbGciOiJFUzI1NiIsImtpZCI6IngifQ.e30.AA")
    assert provider.keys_read == 2


def test_signing_out_everywhere_ends_the_visit_and_hands_the_form_to_the_provider(browser: Browser) -> None:
    browser.log_in()
    answer = browser.post("/logout", csrf_token=browser.form_token(), id_token_hint="x")
    assert answer.status_code == 307
    assert answer.location == f"{ISSUER}/end_session"
    assert not browser.logged_in


def test_leaving_ends_the_visit_here_only(browser: Browser) -> None:
    browser.log_in()
    assert browser.post("/leave", csrf_token=browser.form_token()).location == "/signed-out?here=1"
    assert not browser.logged_in


@pytest.mark.parametrize("path", ["/logout", "/leave", "/refresh"])
def test_a_form_of_another_site_does_nothing(browser: Browser, path: str) -> None:
    browser.log_in()
    assert "form_expired" in browser.post(path).text
    assert browser.logged_in
