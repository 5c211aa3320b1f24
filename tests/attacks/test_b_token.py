"""Attack book, group B: the code, PKCE and the token endpoint."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from clients import service as registry
from idp.oidc.request import FORM
from tests.actors import Person, Portal, decode, portal, service
from tests.conftest import MovableClock
from tests.records import events, nothing_changed, one_event


def refusal(answer: TestResponse) -> tuple[int, str]:
    """T(x): the error in the form of RFC 6749 §5.2, stored by nobody."""
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content_type == "application/json"
    body = answer.json or {}
    assert set(body) <= {"error", "error_description"}
    assert body.get("error_description", "").isascii()
    return answer.status_code, body["error"]


def lives(me: Person, access: str) -> bool:
    return me.get("/userinfo", headers={"Authorization": f"Bearer {access}"}).status_code == 200


def test_b01_a_replayed_code_kills_what_it_gave(me: Person, tax: Portal) -> None:
    code = me.code_for(tax)
    first = me.token(tax, tax.token_form(code)).json or {}
    assert lives(me, first["access_token"])
    with one_event("code.reuse"):
        assert refusal(me.token(tax, tax.token_form(code))) == (400, "invalid_grant")
    assert not lives(me, first["access_token"])
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert refusal(me.token(tax, form)) == (400, "invalid_grant")


def test_b02_of_32_parallel_redemptions_one_succeeds(app: Flask, me: Person, tax: Portal) -> None:
    code = me.code_for(tax)

    def redeem(_: int) -> int:
        return Person(app).token(tax, tax.token_form(code)).status_code

    with ThreadPoolExecutor(16) as pool:
        statuses = sorted(pool.map(redeem, range(32)))
    assert statuses == [200] + [400] * 31 or statuses == [400] * 32


def test_b03_a_code_of_another_client_is_refused_and_spent(me: Person, tax: Portal, health: Portal) -> None:
    code = me.code_for(tax)
    with one_event("token.refuse"):
        assert refusal(me.token(health, tax.token_form(code))) == (400, "invalid_grant")
    assert events("token.refuse")[-1].reason == "client_mismatch"


@pytest.mark.parametrize("uri", [None, "https://tax.example.gov/other", "https://tax.example.gov/cb/"])
def test_b05_the_redirect_uri_must_be_the_same(me: Person, tax: Portal, uri: str | None) -> None:
    assert refusal(me.token(tax, tax.token_form(me.code_for(tax), redirect_uri=uri))) == (
        400,
        "invalid_grant",
    )


@pytest.mark.parametrize("verifier", [None, "x" * 43, "short", "é" * 43, "a" * 129])
def test_b06_the_verifier_must_prove_the_challenge(me: Person, tax: Portal, verifier: str | None) -> None:
    form = tax.token_form(me.code_for(tax), code_verifier=verifier)
    assert refusal(me.token(tax, form)) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None},
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge_method": "s256"},
        {"code_challenge_method": "S256 "},
        {"code_challenge": "a" * 42},
        {"code_challenge": "a" * 44},
        {"code_challenge": "=" * 43},
    ],
)
def test_b07_b08_pkce_by_s256_is_demanded_of_everybody(
    me: Person, tax: Portal, changes: dict[str, str | None]
) -> None:
    with nothing_changed():
        answer = me.authorize(tax, **changes)
    assert "error=invalid_request" in answer.location


def test_b11_a_code_lives_sixty_seconds(me: Person, tax: Portal) -> None:
    from idp.store import redis
    from idp.tokens import codes

    code = me.code_for(tax)
    assert 0 < redis.call("TTL", codes.code_key(codes.grant_id(code))) <= 60
    redis.call("DEL", codes.code_key(codes.grant_id(code)))
    assert refusal(me.token(tax, tax.token_form(code))) == (400, "invalid_grant")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_b16_only_post_reaches_the_token_endpoint(me: Person, method: str) -> None:
    answer = me.http.open("/token", method=method, base_url="http://127.0.0.1:8080")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize("name", ["code", "redirect_uri", "grant_type", "code_verifier", "x"])
def test_b17_a_duplicate_form_field_is_refused_and_the_code_is_not_spent(
    me: Person, tax: Portal, name: str
) -> None:
    code = me.code_for(tax)
    from urllib.parse import urlencode

    body = urlencode({**tax.token_form(code), "x": "1"}) + f"&{name}=y"
    with nothing_changed():
        answer = me.post("/token", body, headers={**tax.basic, "Content-Type": FORM})
    assert refusal(answer) == (400, "invalid_request")


@pytest.mark.parametrize(
    "content_type", ["application/json", "multipart/form-data", "text/plain", "", f"{FORM}; charset=utf-16"]
)
def test_b18_other_media_types_are_refused(me: Person, tax: Portal, content_type: str) -> None:
    answer = me.post(
        "/token", b"grant_type=authorization_code", headers={**tax.basic, "Content-Type": content_type}
    )
    assert refusal(answer) == (400, "invalid_request")


def test_b18_parameters_of_the_query_are_not_looked_at(me: Person, tax: Portal) -> None:
    from urllib.parse import urlencode

    answer = me.post(
        "/token?" + urlencode(tax.token_form("x")), "", headers={**tax.basic, "Content-Type": FORM}
    )
    assert refusal(answer) == (400, "invalid_request")


def test_b19_a_grant_the_client_was_not_given_is_refused(me: Person, tax: Portal) -> None:
    assert refusal(me.token(tax, {"grant_type": "client_credentials"})) == (400, "unauthorized_client")
    machine = service()
    assert refusal(me.token(machine, {"grant_type": "authorization_code", "code": "x"})) == (
        400,
        "unauthorized_client",
    )


def test_b20_the_password_grant_does_not_exist(me: Person, tax: Portal) -> None:
    form = {"grant_type": "password", "username": "010101198504123013", "password": "x"}
    with nothing_changed():
        assert refusal(me.token(tax, form)) == (400, "unsupported_grant_type")


def test_b21_a_service_gets_no_scope_of_a_person(me: Person, stores: None) -> None:
    machine = service()
    for scope in ("openid", "profile", "data.query openid", "offline_access"):
        assert refusal(me.token(machine, {"grant_type": "client_credentials", "scope": scope})) == (
            400,
            "invalid_scope",
        )
    body = me.token(machine, {"grant_type": "client_credentials"}).json or {}
    assert set(body) == {"access_token", "token_type", "expires_in", "scope"}
    assert decode(body["access_token"])["sub"] == "machine"


def test_b25_a_disabled_client_gets_nothing_any_more(me: Person, tax: Portal) -> None:
    code, tokens = me.code_for(tax), me.tokens(tax)
    registry.disable("tax", operator="test")
    assert refusal(me.token(tax, tax.token_form(code))) == (401, "invalid_client")
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert refusal(me.token(tax, form)) == (401, "invalid_client")
    assert not lives(me, tokens["access_token"])


def test_b27_a_token_answer_is_for_its_client_alone(me: Person, tax: Portal) -> None:
    answer = me.token(tax, tax.token_form(me.code_for(tax)))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Pragma"] == "no-cache"
    assert "Set-Cookie" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.content_type == "application/json"


def test_b30_codes_and_refresh_tokens_are_unpredictable(stores: None) -> None:
    from idp.tokens import codes

    made = {codes.new_code()[0] for _ in range(5000)}
    assert len(made) == 5000
    assert all(len(code) == 43 for code in made)
    assert len({code[:6] for code in made}) > 4990


def test_b31_a_browser_is_sent_on_by_303(me: Person, tax: Portal) -> None:
    me.code_for(tax)
    assert me.authorize(tax).status_code == 303


def test_two_tokens_of_one_second_differ(me: Person) -> None:
    rs = portal("rs", id_token_signed_response_alg="RS256")
    first, second = me.tokens(rs), me.tokens(rs)
    assert first["access_token"] != second["access_token"]


def test_tokens_end_with_their_time(me: Person, tax: Portal, time_travel: MovableClock) -> None:
    tokens = me.tokens(tax)
    time_travel.advance(601)
    assert not lives(me, tokens["access_token"])
