"""The code flow at a sample portal: what it asks for and what it believes."""

import base64
from hashlib import sha256

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from clients.samples import social_security
from clients.samples.portal import create_app

from .conftest import ADDRESS, ISSUER, Browser, FakeProvider, place


def test_a_login_asks_for_a_code_with_pkce_state_and_nonce(browser: Browser) -> None:
    asked = browser.ask()
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{ADDRESS}/callback"
    assert asked["ui_locales"] == "zh-CN"
    assert len(asked["state"]) > 20
    assert len(asked["nonce"]) >= 20


def test_the_code_is_exchanged_with_its_verifier_and_the_secret_in_the_header(
    browser: Browser, provider: FakeProvider
) -> None:
    asked = browser.ask()
    assert browser.come_back(asked).location == "/"
    form = provider.forms[0]
    challenge = (
        base64.urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
    )
    assert challenge == asked["code_challenge"]
    assert "client_secret" not in form
    assert provider.headers[0]["Authorization"].startswith("Basic ")
    assert browser.logged_in


def test_private_key_jwt_is_for_the_issuer_alone_short_and_never_the_same(provider: FakeProvider) -> None:
    key = ECKey.generate_key("P-256", {"kid": "portal-key"})
    provider.claims = {"aud": "social-security"}
    browser = Browser(create_app(social_security.DESIGN, place(key)), provider)
    browser.log_in()
    browser.log_in("/service/medical")
    first, second = (
        jwt.decode(form["client_assertion"], key, algorithms=["ES256"]) for form in provider.forms
    )
    assert first.header["kid"] == "portal-key"
    assert first.claims["aud"] == ISSUER
    assert first.claims["iss"] == first.claims["sub"] == "social-security"
    assert first.claims["exp"] - first.claims["iat"] == 60
    assert first.claims["jti"] != second.claims["jti"]


def test_the_browser_holds_a_random_id_that_changes_at_login(browser: Browser) -> None:
    asked = browser.ask()
    before = browser.cookie
    answer = browser.come_back(asked)
    assert browser.cookie != before
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]
    old = browser.app.test_client()
    old.set_cookie("visit_tax", before, domain="127.0.0.1")
    assert 'id="log-in"' in old.get("/", base_url=ADDRESS).text


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"state": "invented"}, "unknown_state"),
        ({"iss": "https://evil.example"}, "wrong_issuer"),
        ({"iss": ""}, "wrong_issuer"),
        ({"error": "access_denied", "iss": "https://evil.example"}, "wrong_issuer"),
        ({"error": "access_denied"}, "access_denied"),
    ],
)
def test_an_answer_that_is_not_ours_logs_nobody_in(
    browser: Browser, provider: FakeProvider, changed: dict[str, str], code: str
) -> None:
    answer = browser.come_back(browser.ask(), **changed)
    assert answer.status_code == 400
    assert code in answer.text
    assert provider.forms == []
    assert not browser.logged_in


def test_a_state_works_once(browser: Browser) -> None:
    asked = browser.ask()
    browser.come_back(asked)
    assert "unknown_state" in browser.come_back(asked).text


def test_a_description_of_an_answer_we_never_asked_for_is_not_shown(browser: Browser) -> None:
    answer = browser.get("/callback?error=access_denied&error_description=call-12345&state=x&iss=" + ISSUER)
    assert "call-12345" not in answer.text


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "other-portal"},
        {"aud": "other-portal", "azp": "tax"},
        {"nonce": "another"},
        {"exp": 1},
        {"iat": 4_000_000_000},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
)
def test_an_id_token_that_breaks_a_rule_is_not_believed(
    browser: Browser, provider: FakeProvider, claims: dict[str, object]
) -> None:
    provider.claims = claims
    answer = browser.log_in()
    assert "bad_id_token" in answer.text
    assert not browser.logged_in


def test_an_id_token_signed_by_another_key_is_not_believed(
    browser: Browser, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ECKey.generate_key("P-256", {"kid": "k1"})
    sign = lambda claims, typ="JWT": jwt.encode({"alg": "ES256", "kid": "k1"}, claims, other)  # noqa: E731
    monkeypatch.setattr(provider, "sign", sign)
    assert "bad_id_token" in browser.log_in().text


def test_an_unsigned_id_token_is_not_believed_even_if_the_metadata_offers_none(
    browser: Browser, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = provider.sign

    def unsign(claims: dict[str, object], typ: str = "JWT") -> str:
        header = base64.urlsafe_b64encode(b'{"alg":"none","kid":"k1"}').rstrip(b"=").decode()
        return f"{header}.{signed(claims).split('.')[1]}."

    monkeypatch.setattr(provider, "sign", unsign)
    assert "bad_id_token" in browser.log_in().text


def test_userinfo_of_another_person_is_not_believed(browser: Browser, provider: FakeProvider) -> None:
    provider.userinfo["sub"] = "somebody-else"
    assert "other_person" in browser.log_in().text
    assert not browser.logged_in


def test_metadata_of_another_issuer_is_not_believed(browser: Browser, provider: FakeProvider) -> None:
    provider.issuer = "https://evil.example"
    assert "wrong_issuer" in browser.get("/login").text
    provider.issuer = ISSUER
    assert browser.get("/login").status_code == 302


def test_an_error_of_the_token_endpoint_becomes_a_page(browser: Browser, provider: FakeProvider) -> None:
    provider.token_error = {"error": "invalid_grant", "error_description": "code was used"}
    answer = browser.log_in()
    assert answer.status_code == 400
    assert "invalid_grant" in answer.text
    assert "code was used" in answer.text


def test_a_provider_that_does_not_answer_gets_a_friendly_page(
    browser: Browser, provider: FakeProvider
) -> None:
    provider.down = True
    answer = browser.get("/login")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "暂时没有答复" in answer.text
    assert "a-secret" not in answer.text


def test_a_service_asks_for_a_higher_level_only_when_it_is_missing(
    browser: Browser, provider: FakeProvider
) -> None:
    browser.log_in()
    assert browser.get("/service/annual").status_code == 200
    asked = browser.ask("/service/account")
    assert asked["acr_values"] == "urn:gov-sso:acr:l3"
    provider.claims = {"acr": "urn:gov-sso:acr:l3", "amr": ["pwd", "otp", "mfa"]}
    assert browser.come_back(asked).location == "/service/account"
    assert browser.get("/service/account").status_code == 200


def test_a_login_below_the_level_asked_for_does_not_open_the_service(browser: Browser) -> None:
    assert "level_too_low" in browser.log_in("/service/account").text
    assert browser.logged_in


def test_login_begun_by_another_portal_leads_to_a_page_of_ours_only(browser: Browser) -> None:
    assert "unknown_issuer" in browser.get("/start?iss=https://evil.example").text
    for target in ("https://evil.example/", f"{ADDRESS}.evil.example/", f"{ADDRESS}//evil.example"):
        asked = browser.ask(f"/start?iss={ISSUER}&target_link_uri={target}")
        assert browser.come_back(asked).location == "/"
        browser.post("/leave", csrf_token=browser.form_token())
    asked = browser.ask(f"/start?iss={ISSUER}&target_link_uri={ADDRESS}/service/annual&login_hint=h")
    assert asked["login_hint"] == "h"
    assert browser.come_back(asked).location == "/service/annual"
    assert browser.get(f"/start?iss={ISSUER}").location == "/"


def test_refreshing_uses_the_refresh_token_and_keeps_the_new_one(
    browser: Browser, provider: FakeProvider
) -> None:
    browser.log_in()
    assert browser.post("/refresh", csrf_token=browser.form_token()).location == "/?refreshed=1"
    browser.post("/refresh", csrf_token=browser.form_token())
    assert [form["grant_type"] for form in provider.forms[1:]] == ["refresh_token"] * 2
    assert provider.forms[1]["refresh_token"] == "rt-2"


def test_a_refused_refresh_token_ends_the_visit(browser: Browser, provider: FakeProvider) -> None:
    browser.log_in()
    token = browser.form_token()
    provider.token_error = {"error": "invalid_grant"}
    assert "invalid_grant" in browser.post("/refresh", csrf_token=token).text
    assert not browser.logged_in


def test_a_refreshed_id_token_of_another_person_ends_nothing_and_is_not_believed(
    browser: Browser, provider: FakeProvider
) -> None:
    browser.log_in()
    token = browser.form_token()
    provider.claims = {"sub": "somebody-else"}
    assert "other_person" in browser.post("/refresh", csrf_token=token).text
    assert "somebody-else" not in browser.get("/").text
