"""Attack book, group B: where a code could be read by others, and a code that is none of ours."""

import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import unquote

import pytest

from idp.base.secret import random_token
from tests.actors import Person, Portal, query
from tests.interop.browserless import Browser
from tests.records import nothing_changed, one_event
from tests.site import Site

_QUIET = ("no-referrer", "same-origin")


def pages(me: Person, stranger: Person, tax: Portal) -> Iterator[tuple[str, str, str]]:
    """Every kind of page of a flow: its name, its Referrer-Policy, its text."""
    consent = me.authorize(tax, prompt="consent")
    login = stranger.authorize(tax)
    answers = {
        "login": stranger.get(login.location),
        "consent": me.get(consent.location),
        "error": me.authorize(tax, redirect_uri="https://evil.example/cb"),
        "missing": me.get("/nowhere"),
        "form_post": me.authorize(tax, prompt="none", response_mode="form_post"),
        "redirect": me.authorize(tax, prompt="none"),
    }
    for name, answer in answers.items():
        yield name, answer.headers["Referrer-Policy"], answer.text


def test_b28_no_page_tells_its_address_to_another_site(me: Person, stranger: Person, tax: Portal) -> None:
    me.tokens(tax)
    for name, policy, text in pages(me, stranger, tax):
        assert policy in _QUIET, name
        loaded = re.findall(r'(?:src|href|action)="(?:https?:)?//([^/"]+)', text)
        assert {*loaded} <= {"127.0.0.1:8080", "tax.example.gov"}, name
        assert not re.search(r'<(?:script|img|iframe|link)[^>]+(?:src|href)="(?:https?:)?//', text), name


def secrets_of(site: Site) -> Iterator[tuple[str, str]]:
    """A login, a refresh and a few mistakes; whatever of it must stand nowhere."""
    browser = Browser()
    form = site.code(browser)
    yield "code", form["code"]
    yield "verifier", form["code_verifier"]
    yield "secret", site.served.secrets["portal-a"]
    site.post("/token", {**form, "code_verifier": "w" * 43})
    tokens = site.tokens(browser)
    for name in ("access_token", "refresh_token", "id_token"):
        if name in tokens:
            yield name, str(tokens[name])
    with suppress(KeyError):
        site.refresh(tokens["refresh_token"])
        site.refresh(tokens["refresh_token"])
    site.post("/revoke", {"token": tokens["access_token"]})
    site.post("/introspect", {"token": tokens["access_token"]})
    site.get(f"/userinfo?access_token={tokens['access_token']}")
    site.get("/userinfo", Authorization=f"Bearer {tokens['access_token']}x")
    site.get(f"/end_session?id_token_hint={tokens['id_token']}&state=s")
    site.get(f"/nowhere?code={form['code']}")
    for person in site.served.people:
        yield from ((name, value) for name, value in person.items() if len(value) > 7)


def test_b29_no_code_token_or_secret_stands_in_a_log_or_a_record(site: Site) -> None:
    found = list(secrets_of(site))
    assert len(found) > 6
    places = [site.served.log, *(path for path in site.folder.rglob("*") if path.is_file())]
    kept = [path for path in places if "keys" not in path.parts and path.stat().st_size]
    assert any(path.name == "server.log" or "spool" in str(path) for path in kept)
    for path in kept:
        text = path.read_bytes()
        for name, value in found:
            assert value.encode() not in text, (name, path.name)
            assert unquote(value).encode() not in text, (name, path.name)


def test_b32_a_code_that_another_server_made_is_worth_nothing(me: Person, tax: Portal) -> None:
    with nothing_changed(), one_event("token.refuse"):
        answer = me.token(tax, tax.token_form(random_token()))
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "path", ["/440000/token", "/realms/other/token", "/oauth/token", "//token", "/token/"]
)
def test_b32_a_code_is_redeemed_under_no_other_path(me: Person, tax: Portal, path: str) -> None:
    code = me.code_for(tax)
    with nothing_changed():
        answer = me.post(path, tax.token_form(code), headers=tax.basic)
    assert answer.status_code in (404, 308, 301)
    assert b"access_token" not in answer.data
    assert me.token(tax, tax.token_form(code)).status_code == 200


def test_b32_an_answer_names_who_gave_it_so_that_two_platforms_are_not_mixed_up(
    me: Person, tax: Portal
) -> None:
    me.tokens(tax)
    assert query(me.authorize(tax, prompt="none").location)["iss"] == "http://127.0.0.1:8080"
