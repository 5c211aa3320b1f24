"""The plans oidcc-basic, oidcc-formpost-basic, oidcc-hybrid and oidcc-formpost-hybrid, module by module.

One test a module; each runs once a plan. Modules about request objects, dynamic registration and keys stand
in files of their own.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp import authenticators
from tests.actors import ISSUER, Person, Portal, citizen, decode, portal
from tests.conftest import MovableClock

PASSWORD = "correct horse battery staple"
PLANS = {
    "basic": ("code", None),
    "formpost-basic": ("code", "form_post"),
    "hybrid": ("code id_token", None),
    "formpost-hybrid": ("code id_token", "form_post"),
}
SILENT = {"login_required", "interaction_required", "account_selection_required", "consent_required"}


@dataclass
class Suite:
    """The suite's client, in one plan, with one browser."""

    person: Person
    client: Portal
    response_type: str
    response_mode: str | None

    def request(self, **changes: str | None) -> dict[str, str]:
        values = {"response_type": self.response_type, "response_mode": self.response_mode, **changes}
        return self.client.request(**values)

    def sent(self, **changes: str | None) -> TestResponse:
        """The answer to an authorization request after all pages; the password is typed where it is asked."""
        return self.walk(self.person.get("/authorize?" + urlencode(self.request(**changes))))

    def walk(self, answer: TestResponse) -> TestResponse:
        while answer.status_code == 303 and answer.location.startswith("/"):
            step = {"/consent/": self.person.agree, "/login/": self.log_in}
            follow: Callable[[str], TestResponse] = next(
                (take for path, take in step.items() if answer.location.startswith(path)), self.person.get
            )
            answer = follow(answer.location)
        return answer

    def log_in(self, path: str) -> TestResponse:
        page = self.person.get(path)
        if page.status_code == 303:
            return page
        assert 'name="password"' in page.text
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        form = {name: hidden[name] for name in ("csrf_token", "step")}
        return self.person.post(path, {**form, "password": PASSWORD})

    def told(self, **changes: str | None) -> dict[str, str]:
        """The authorization response, from where the plan wants it and from nowhere else."""
        return self.read(self.sent(**changes))

    def read(self, answer: TestResponse) -> dict[str, str]:
        if self.response_mode == "form_post":
            assert answer.status_code == 200
            return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', unescape(answer.text)))
        parts = urlsplit(answer.location)
        right, wrong = (
            (parts.fragment, parts.query)
            if "id_token" in self.response_type
            else (parts.query, parts.fragment)
        )
        assert "code" not in wrong
        assert "error" not in wrong
        return {name: values[0] for name, values in parse_qs(right).items()}

    def tokens(self, **changes: str | None) -> dict[str, Any]:
        """The token response of a whole flow."""
        return dict(self.redeem(self.told(**changes)["code"]).json or {})

    def redeem(self, code: str, **changes: str | None) -> TestResponse:
        return self.person.token(self.client, self.client.token_form(code, **changes))

    def identity(self, **changes: str | None) -> dict[str, Any]:
        return decode(self.tokens(**changes)["id_token"])

    def userinfo(self, **changes: str | None) -> dict[str, Any]:
        token = self.tokens(**changes)["access_token"]
        return dict(self.person.get("/userinfo", headers={"Authorization": f"Bearer {token}"}).json or {})


@pytest.fixture(params=PLANS)
def suite(request: pytest.FixtureRequest, app: Flask, stores: None) -> Suite:
    """A logged-in citizen and a client of the plan, which has been agreed to."""
    response_type, response_mode = PLANS[request.param]
    person, person_id = Person(app), citizen()
    authenticators.password.set(person_id, PASSWORD)
    person.log_in(person_id)
    client = portal(
        "suite",
        id_token_signed_response_alg="RS256",
        response_types=("code", "code id_token"),
        response_modes=("query", "fragment", "form_post"),
        scopes=("openid", "profile", "realname", "phone", "offline_access"),
        legal_basis={"openid": "statutory_duty", "profile": "statutory_duty", "realname": "statutory_duty",
                     "phone": "consent", "offline_access": "consent"},
    )  # fmt: skip
    return Suite(person, client, response_type, response_mode)


def is_page(answer: TestResponse) -> bool:
    html = answer.content_type.startswith("text/html") and "Location" not in answer.headers
    return answer.status_code == 400 and html and '<form method="post" action="https' not in answer.text


def test_oidcc_server(suite: Suite) -> None:
    """A1 oidcc-server: the flow, with hashes, strengths and no claim unasked."""
    told = suite.told()
    assert told["state"] == "st-1"
    assert told.get("iss", ISSUER) == ISSUER
    assert len(told["code"]) >= 22
    tokens = dict(suite.redeem(told["code"]).json or {})
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] > 0
    assert "name" not in decode(tokens["id_token"])
    if "id_token" in suite.response_type:
        assert decode(told["id_token"])["c_hash"]
        assert decode(told["id_token"])["sub"] == decode(tokens["id_token"])["sub"]


def test_oidcc_response_type_missing(suite: Suite) -> None:
    """A1 oidcc-response-type-missing: an error at the redirect URI, or a page."""
    answer = suite.sent(response_type=None)
    assert (
        "unsupported_response_type" in str(answer.headers) + answer.text
        or "invalid_request" in str(answer.headers) + answer.text
    )


def test_oidcc_idtoken_signature(suite: Suite) -> None:
    """A1 oidcc-idtoken-signature: RS256, with a kid that is published."""
    import base64

    token = suite.tokens()["id_token"]
    head = token.split(".")[0]
    header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    keys = {key["kid"]: key for key in (suite.person.get("/jwks").json or {})["keys"]}
    assert header["alg"] == "RS256"
    assert keys[header["kid"]]["kty"] == "RSA"


def test_oidcc_idtoken_unsigned(suite: Suite) -> None:
    """A1 oidcc-idtoken-unsigned: skipped by the suite, for `none` is not announced."""
    metadata = suite.person.get("/.well-known/openid-configuration").json or {}
    assert "none" not in metadata["id_token_signing_alg_values_supported"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_oidcc_userinfo_get_and_post_header(suite: Suite, method: str) -> None:
    """A1 oidcc-userinfo-get, oidcc-userinfo-post-header."""
    tokens = suite.tokens()
    ask = suite.person.get if method == "GET" else suite.person.post
    answer = ask("/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert answer.status_code == 200
    assert (answer.json or {})["sub"] == decode(tokens["id_token"])["sub"]


def test_oidcc_userinfo_post_body(suite: Suite) -> None:
    """A1 oidcc-userinfo-post-body."""
    access = suite.tokens()["access_token"]
    assert suite.person.post("/userinfo", {"access_token": access}).status_code == 200


def test_oidcc_ensure_request_without_nonce(suite: Suite) -> None:
    """A1 oidcc-ensure-request-without-nonce-succeeds-for-code-flow; hybrid: -without-nonce-fails."""
    told = suite.told(nonce=None)
    if "id_token" in suite.response_type:
        assert told["error"] == "invalid_request"
    else:
        assert "nonce" not in decode((suite.redeem(told["code"]).json or {})["id_token"])


@pytest.mark.parametrize(
    ("scope", "claims"), [("profile", {"name_masked", "user_type"}), ("phone", {"phone_number"})]
)
def test_oidcc_scope(suite: Suite, scope: str, claims: set[str]) -> None:
    """A1 oidcc-scope-profile, -phone: what the scope says is in UserInfo; others are not announced."""
    told = suite.userinfo(scope=f"openid {scope}")
    known = {name for name, value in told.items() if value not in ("", None, "null")}
    assert known == told.keys()
    assert claims & known or scope == "phone"
    scopes = (suite.person.get("/.well-known/openid-configuration").json or {})["scopes_supported"]
    assert not {"email", "address"} & {*scopes}


def test_oidcc_alternate_happy_flow(suite: Suite) -> None:
    """A1 oidcc-alternate-happy-flow: order of scopes and parameters does not matter."""
    request = dict(reversed(suite.request(scope="profile openid").items()))
    answer = suite.walk(suite.person.get("/authorize?" + urlencode(request)))
    assert "code" in suite.read(answer)


@pytest.mark.parametrize("display", ["page", "popup"])
def test_oidcc_display(suite: Suite, display: str) -> None:
    """A1 oidcc-display-page, oidcc-display-popup."""
    assert "code" in suite.told(display=display)


def test_oidcc_prompt_login(suite: Suite, time_travel: MovableClock) -> None:
    """A1 oidcc-prompt-login: a new login page, a later auth_time."""
    first = suite.identity()
    time_travel.advance(2)
    assert suite.identity(prompt="login")["auth_time"] > first["auth_time"]


def test_oidcc_prompt_none_not_logged_in(suite: Suite, app: Flask) -> None:
    """A1 oidcc-prompt-none-not-logged-in: an error and no page."""
    suite.person = Person(app)
    assert suite.told(prompt="none")["error"] in SILENT


def test_oidcc_prompt_none_logged_in(suite: Suite, time_travel: MovableClock) -> None:
    """A1 oidcc-prompt-none-logged-in: same person, same auth_time, no page."""
    first = suite.identity()
    time_travel.advance(2)
    answer = suite.person.get("/authorize?" + urlencode(suite.request(prompt="none")))
    second = decode((suite.redeem(suite.read(answer)["code"]).json or {})["id_token"])
    assert (first["sub"], first["auth_time"]) == (second["sub"], second["auth_time"])


def test_oidcc_max_age_1(suite: Suite, time_travel: MovableClock) -> None:
    """A1 oidcc-max-age-1: two seconds later max_age=1 asks again."""
    first = suite.identity()
    time_travel.advance(2)
    assert suite.identity(max_age="1")["auth_time"] > first["auth_time"]


def test_oidcc_max_age_10000(suite: Suite, time_travel: MovableClock) -> None:
    """A1 oidcc-max-age-10000: no second login, auth_time in both."""
    first = suite.identity(max_age="15000")
    time_travel.advance(2)
    assert suite.identity(max_age="10000")["auth_time"] == first["auth_time"]


@pytest.mark.parametrize(
    "extra",
    [
        {"extra": "foobar"},
        {"ui_locales": "se"},
        {"claims_locales": "se"},
        {"login_hint": "nobody@example.org"},
        {"acr_values": "1 2"},
        {"acr_values": "urn:gov-sso:acr:l1 urn:gov-sso:acr:l2 urn:gov-sso:acr:l3"},
    ],
)
def test_oidcc_harmless_parameters(suite: Suite, extra: dict[str, str]) -> None:
    """A1 -unknown-parameter-, oidcc-ui-locales, oidcc-claims-locales, oidcc-login-hint, -acr-values-."""
    told = suite.identity(**extra)
    if extra.get("acr_values", "").startswith("urn"):
        assert told["acr"] in extra["acr_values"].split()


def test_oidcc_id_token_hint(suite: Suite) -> None:
    """A1 oidcc-id-token-hint: prompt=none with the hint of the first login."""
    first = suite.tokens()["id_token"]
    assert suite.identity(prompt="none", id_token_hint=first)["sub"] == decode(first)["sub"]


@pytest.mark.parametrize("seconds", [0, 31])
def test_oidcc_codereuse(suite: Suite, time_travel: MovableClock, seconds: int) -> None:
    """A1 oidcc-codereuse, oidcc-codereuse-30seconds: refused, and the first access token with it."""
    code = suite.told()["code"]
    access = (suite.redeem(code).json or {})["access_token"]
    time_travel.advance(seconds)
    again = suite.redeem(code)
    assert (again.status_code, (again.json or {})["error"]) == (400, "invalid_grant")
    asked = suite.person.get("/userinfo", headers={"Authorization": f"Bearer {access}"})
    assert asked.status_code == 401


def test_oidcc_ensure_registered_redirect_uri(suite: Suite) -> None:
    """A1 oidcc-ensure-registered-redirect-uri: a longer path is a page."""
    assert is_page(suite.sent(redirect_uri=suite.client.redirect_uri + "/1dJ7"))


def test_oidcc_ensure_post_request_succeeds(suite: Suite) -> None:
    """A1 oidcc-ensure-post-request-succeeds: the request as a form of another site, without our cookies."""
    cookieless = Person(suite.person.http.application)
    answer = cookieless.post("/authorize", suite.request())
    assert answer.status_code == 303
    assert "code" in suite.read(suite.walk(suite.person.get(answer.location)))


def test_oidcc_server_client_secret_post(suite: Suite) -> None:
    """A1 oidcc-server-client-secret-post."""
    suite.client = portal(
        "post", token_endpoint_auth_method="client_secret_post", response_types=("code", "code id_token"),
        response_modes=("query", "fragment", "form_post"), scopes=("openid", "profile"),
    )  # fmt: skip
    credentials = {"client_id": "post", "client_secret": suite.client.secret}
    form = suite.client.token_form(suite.told()["code"], **credentials)
    assert suite.person.post("/token", form).status_code == 200


def test_oidcc_claims_essential(suite: Suite) -> None:
    """A1 oidcc-claims-essential: the name comes from UserInfo; the ID token does not grow by it."""
    asked = json.dumps({"userinfo": {"name": {"essential": True}}})
    assert "name" not in suite.identity(claims=asked)
    assert "name" in suite.userinfo(claims=asked)


def test_oidcc_refresh_token(suite: Suite, time_travel: MovableClock) -> None:
    """A1 oidcc-refresh-token: fresh tokens, the same person; another client's token is refused."""
    tokens = suite.tokens(scope="openid offline_access", prompt="consent")
    time_travel.advance(2)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    stranger = portal("second")
    refused = suite.person.token(stranger, form)
    assert (refused.status_code, (refused.json or {})["error"]) == (400, "invalid_grant")
    answer = suite.person.token(suite.client, form)
    assert answer.headers["Cache-Control"] == "no-store"
    fresh = dict(answer.json or {})
    assert fresh["access_token"] != tokens["access_token"]
    old, new = decode(tokens["id_token"]), decode(fresh["id_token"])
    for name in ("iss", "sub", "aud", "auth_time"):
        assert old[name] == new[name]
    assert new["iat"] > old["iat"]


def test_oidcc_ensure_request_with_valid_pkce_succeeds(suite: Suite) -> None:
    """A1 oidcc-ensure-request-with-valid-pkce-succeeds, and a wrong verifier does not."""
    assert suite.redeem(suite.told()["code"]).status_code == 200
    wrong = suite.redeem(suite.told()["code"], code_verifier="x" * 43)
    assert (wrong.json or {})["error"] == "invalid_grant"
