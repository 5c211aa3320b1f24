"""OpenID Connect RP-Initiated Logout 1.0: the eleven requests of the conformance suite, and expired hints."""

import base64
import json
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from tests.actors import Person, Portal, query
from tests.conftest import MovableClock
from tests.webface import csrf

BYE = "https://tax.example.gov/bye"


@pytest.fixture
def hint(me: Person, tax: Portal) -> str:
    """The ID token of a flow."""
    return str(me.tokens(tax)["id_token"])


def ask(person: Person, **parameters: str) -> TestResponse:
    answer = person.get("/end_session?" + urlencode(parameters))
    return person.get(answer.location) if answer.status_code == 303 else answer


def logged_in(person: Person, tax: Portal) -> bool:
    return "code" in query(person.authorize(tax, prompt="none").location)


def test_discovery_names_the_endpoint(me: Person) -> None:
    metadata = me.get("/.well-known/openid-configuration").json or {}
    assert metadata["end_session_endpoint"].endswith("/end_session")


def test_hint_uri_and_state_lead_back_with_the_state_and_nothing_else(
    me: Person, tax: Portal, hint: str
) -> None:
    answer = ask(me, id_token_hint=hint, post_logout_redirect_uri=BYE, state="x" * 128)
    assert answer.status_code == 303
    assert answer.location == f"{BYE}?state={'x' * 128}"
    assert query(me.authorize(tax, prompt="none").location)["error"] == "login_required"


def test_without_state_none_is_returned(me: Person, hint: str) -> None:
    assert ask(me, id_token_hint=hint, post_logout_redirect_uri=BYE).location == BYE


@pytest.mark.parametrize("uri", ["https://tax.example.gov/other", BYE + "?foo=bar"])
def test_an_unregistered_or_lengthened_uri_is_a_page(me: Person, tax: Portal, hint: str, uri: str) -> None:
    answer = ask(me, id_token_hint=hint, post_logout_redirect_uri=uri, state="s")
    assert answer.status_code == 400
    assert logged_in(me, tax)


def test_a_hint_rewritten_without_signature_is_a_page(me: Person, tax: Portal, hint: str) -> None:
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    rewritten = f"{head}.{hint.split('.')[1]}."
    answer = ask(me, id_token_hint=rewritten, post_logout_redirect_uri=BYE)
    assert answer.status_code == 400
    assert logged_in(me, tax)


def test_a_hint_signed_by_another_key_is_a_page(me: Person, tax: Portal, hint: str) -> None:
    from joserfc import jwt
    from joserfc.jwk import ECKey

    from tests.actors import decode

    forged = jwt.encode({"alg": "ES256"}, decode(hint), ECKey.generate_key("P-256"))
    assert ask(me, id_token_hint=forged, post_logout_redirect_uri=BYE).status_code == 400
    assert logged_in(me, tax)


@pytest.mark.parametrize(
    "parameters",
    [{"post_logout_redirect_uri": BYE, "state": "s"}, {}, {"state": "s"}],
    ids=["no hint", "no parameters", "only state"],
)
def test_without_a_hint_the_citizen_confirms_and_stays_here(
    me: Person, tax: Portal, parameters: dict[str, str]
) -> None:
    me.tokens(tax)
    path = me.get("/end_session?" + urlencode(parameters)).location
    page = me.get(path)
    assert page.status_code == 200
    assert logged_in(me, tax)
    answer = me.post(path, {"csrf_token": csrf(page.text)})
    assert answer.location.startswith("/logout/done/")
    assert me.get(answer.location).status_code == 200
    assert not logged_in(me, tax)


def test_a_hint_without_an_address_ends_on_our_own_page(me: Person, tax: Portal, hint: str) -> None:
    answer = ask(me, id_token_hint=hint)
    assert answer.location.startswith("/logout/done/")
    assert not logged_in(me, tax)


def test_section_2_an_expired_hint_serves(me: Person, hint: str, time_travel: MovableClock) -> None:
    time_travel.advance(900)
    assert ask(me, id_token_hint=hint, post_logout_redirect_uri=BYE).location == BYE


def test_section_2_the_session_itself_has_ended(me: Person, tax: Portal, hint: str) -> None:
    """RP-Initiated Logout 1.0 §2: the End-User is logged out, also where an old cookie is shown again."""
    cookie = me.http.get_cookie("sid", domain="127.0.0.1")
    assert cookie is not None
    ask(me, id_token_hint=hint)
    me.http.set_cookie("sid", cookie.value, domain="127.0.0.1")
    assert not logged_in(me, tax)


def test_a_hint_when_nobody_is_logged_in_leads_back_too(me: Person, stranger: Person, hint: str) -> None:
    assert (
        ask(stranger, id_token_hint=hint, post_logout_redirect_uri=BYE, state="s").location
        == f"{BYE}?state=s"
    )


def test_logging_out_clears_the_cookie_and_the_cache(me: Person, hint: str) -> None:
    answer = ask(me, id_token_hint=hint)
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    cookies = answer.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"sid", "state"}
    assert all("=; " in cookie and "Max-Age=0" in cookie for cookie in cookies)
