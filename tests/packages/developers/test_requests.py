"""The live log: each mistake that a program makes, made for real, and told in plain words."""

from collections.abc import Callable

import pytest
from flask import Flask

from idp.audit import jobs
from idp.developers.mistakes import MISTAKES
from tests.actors import Portal
from tests.developers import Developer
from tests.records import events

pytestmark = pytest.mark.usefixtures("stores")

Act = Callable[[Developer, Portal], object]


def refused_by_authorize(**changes: str | None) -> Act:
    return lambda me, portal: me.authorize(portal, **changes)


def refused_by_token(**changes: str | None) -> Act:
    return lambda me, portal: me.token(portal, portal.token_form(me.code_for(portal), **changes))


def twice(me: Developer, portal: Portal) -> None:
    form = portal.token_form(me.code_for(portal))
    assert me.token(portal, form).status_code == 200
    assert me.token(portal, form).status_code == 400


def wrong_secret(me: Developer, portal: Portal) -> None:
    me.token(Portal(client=portal.client, secret="wrong"), portal.token_form("none"))


def in_the_form(me: Developer, portal: Portal) -> None:
    form = {"client_id": portal.client.client_id, "client_secret": portal.secret}
    me.post("/token", portal.token_form("none") | form)


def both_ways(me: Developer, portal: Portal) -> None:
    form = {"client_id": portal.client.client_id, "client_secret": portal.secret}
    me.token(portal, portal.token_form("none") | form)


#: A mistake, and the reason by which its explanation is found.
MADE: tuple[tuple[str, Act], ...] = (
    ("redirect_mismatch", refused_by_authorize(redirect_uri="http://localhost:5000/callback")),
    ("redirect_missing", refused_by_authorize(redirect_uri=None)),
    ("grant_type is missing", refused_by_token(grant_type=None)),
    ("code_challenge_method must be S256", refused_by_authorize(code_challenge_method=None)),
    ("code_challenge is missing", refused_by_authorize(code_challenge="short")),
    ("code_verifier is missing or wrong", refused_by_token(code_verifier="x" * 43)),
    ("redirect_uri differs", refused_by_token(redirect_uri="http://127.0.0.1:5000/other")),
    ("code.reuse", twice),
    ("client_secret_basic failed", wrong_secret),
    (" used, ", in_the_form),
    ("response_type", refused_by_authorize(response_type="token")),
    ("a scope is unknown", refused_by_authorize(scope="openid,profile")),
    ("scope openid is required", refused_by_authorize(scope="profile")),
    ("scope is missing", refused_by_authorize(scope="")),
    ("response_mode is not registered", refused_by_authorize(response_mode="fragment")),
)


@pytest.mark.parametrize(("reason", "make"), MADE, ids=[reason for reason, _ in MADE])
def test_a_mistake_is_told_in_plain_words_with_the_way_out(app: Flask, reason: str, make: Act) -> None:
    me = Developer(app)
    team = me.team()
    portal = me.sandbox(team)
    make(me, portal)
    jobs.ship()
    page = me.get(f"/developers/teams/{team}/clients/{portal.client.client_id}/log").text
    mistake = next(one for one in MISTAKES if one.reason == reason)
    assert mistake.meaning in page
    assert mistake.fix in page
    assert me.id not in page


def test_a_grant_type_that_nobody_knows_is_in_the_log_of_whom_the_request_names(app: Flask) -> None:
    me = Developer(app)
    team = me.team()
    portal = me.sandbox(team)
    me.token(portal, {"grant_type": "authorisation_code"})
    assert [event.client for event in events("token.refuse")] == [portal.client.client_id]
    page = me.get(f"/developers/teams/{team}/clients/{portal.client.client_id}/log").text
    assert "不支持该 grant_type" in page


def test_an_english_developer_reads_english(app: Flask) -> None:
    me = Developer(app)
    team = me.team()
    portal = me.sandbox(team)
    me.authorize(portal, prompt="none", max_age="x")
    jobs.ship()
    page = me.get(f"/developers/teams/{team}/clients/{portal.client.client_id}/log?lang=en").text
    assert "max_age must be a number of seconds" in page
    assert "An authorization request was refused" in page


def test_the_address_that_was_sent_is_shown_without_its_query(app: Flask) -> None:
    me = Developer(app)
    portal = me.sandbox(me.team())
    sent = "http://127.0.0.1:5000/<script>alert(1)</script>?code=secret"
    me.authorize(portal, redirect_uri=sent)
    (event,) = events("authz.reject")
    assert "secret" not in event.detail
    team = event.client
    assert team == portal.client.client_id


def test_a_log_that_looks_by_itself_does_so_only_when_asked(app: Flask) -> None:
    me = Developer(app)
    team = me.team()
    here = f"/developers/teams/{team}/clients/{me.sandbox(team).client.client_id}/log"
    assert "Refresh" not in me.get(here).headers
    assert me.get(f"{here}?live=1").headers["Refresh"] == "5"


def test_what_a_production_portal_sends_is_not_listed(app: Flask, tax: Portal) -> None:
    me = Developer(app)
    me.code_for(tax)
    me.authorize(tax, redirect_uri="https://evil.example/")
    assert all("parameters" not in event.detail for event in events("authz.grant"))
    assert all("evil" not in event.detail for event in events("authz.reject"))
