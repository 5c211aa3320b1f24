"""Attack book, group F: authorization requests that are signed or pushed."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp import settings
from idp.base.clock import now
from idp.store import redis
from tests.actors import ISSUER, Person, Portal, portal, query
from tests.records import events, nothing_changed, one_event
from tests.signing import SigningPortal, refusal, signing_portal

PREFIX = "urn:ietf:params:oauth:request_uri:"


@pytest.fixture
def bank(me: Person) -> SigningPortal:
    """A portal that signs; the citizen has been there before."""
    made = signing_portal()
    me.code_for(made)
    return made


def is_page(answer: TestResponse) -> bool:
    html = answer.content_type.startswith("text/html")
    return answer.status_code in (400, 403) and html and "Location" not in answer.headers


def shown(me: Person, bank: SigningPortal, text: str) -> str:
    """The error a request object is answered by."""
    asked = {"client_id": "bank", "redirect_uri": bank.redirect_uri, "state": "st-1", "request": text}
    told = query(me.http.get("/authorize", query_string=asked, base_url=ISSUER).location)
    assert (told["state"], told["iss"], "code" in told) == ("st-1", ISSUER, False)
    return told["error"]


def unsigned(claims: dict[str, Any], algorithm: str = "none") -> str:
    parts = (json.dumps(part).encode() for part in ({"alg": algorithm}, claims))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE"])
def test_f01_an_unsigned_request_object_is_refused(me: Person, bank: SigningPortal, algorithm: str) -> None:
    text = unsigned({**bank.request(), "iss": "bank", "aud": ISSUER}, algorithm)
    with nothing_changed(), one_event("authz.reject"):
        assert shown(me, bank, text) == "invalid_request_object"
    with one_event("authz.reject"):
        answer = bank.push(me, {"client_id": "bank", "request": text})
    assert refusal(answer) == (400, "invalid_request_object")


@pytest.mark.parametrize(
    "claims", [{"aud": "https://other.example"}, {"exp": 1}, {"exp": None, "nbf": 2**33}]
)
def test_f05_an_object_for_another_server_or_time_is_refused(
    me: Person, bank: SigningPortal, claims: dict[str, Any]
) -> None:
    with nothing_changed():
        assert shown(me, bank, bank.object(**claims)) == "invalid_request_object"


def test_f05_an_object_is_replayed_neither_here_nor_at_the_other_endpoint(
    me: Person, bank: SigningPortal
) -> None:
    text = bank.object(jti=str(uuid4()))
    assert bank.push(me, {"client_id": "bank", "request": text}).status_code == 201
    assert shown(me, bank, text) == "invalid_request_object"
    again = bank.push(me, {"client_id": "bank", "request": text})
    assert refusal(again) == (400, "invalid_request_object")
    assert events("authz.reject")[-1].reason == "jti replayed"


def test_f05_an_object_of_before_the_marks_is_refused_after_a_flush(me: Person, bank: SigningPortal) -> None:
    text = bank.object(jti="j", iat=now() - 5)
    redis.call("FLUSHALL")
    bank.push(me, bank.request())
    assert shown(me, bank, text) == "invalid_request_object"


def test_f05_of_many_parallel_shows_of_one_object_one_is_taken(
    app: Flask, me: Person, bank: SigningPortal
) -> None:
    form = {"client_id": "bank", "request": bank.object(jti="once")}

    def push(_: int) -> int:
        return bank.push(Person(app), form).status_code

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(push, range(32))) == [201] + [400] * 31


def test_f06_a_reference_is_good_for_one_answer(me: Person, bank: SigningPortal) -> None:
    reference = bank.pushed(me)
    assert "code" in query(bank.open(me, reference).location)
    with nothing_changed(), one_event("authz.reject"):
        assert is_page(bank.open(me, reference))
    assert events("authz.reject")[-1].reason == "invalid_request_uri"


def test_f06_a_reference_of_another_client_is_none(me: Person, bank: SigningPortal, health: Portal) -> None:
    me.code_for(health)
    asked = {"client_id": "health", "request_uri": bank.pushed(me)}
    with nothing_changed(), one_event("authz.reject"):
        assert is_page(me.http.get("/authorize", query_string=asked, base_url=ISSUER))


def test_f06_a_reference_is_gone_after_its_lifetime(me: Person, bank: SigningPortal) -> None:
    reference = bank.pushed(me)
    (key,) = redis.call("KEYS", "par:*")
    assert 0 < redis.call("TTL", key) <= settings.current().pushed_request_lifetime
    redis.call("PEXPIRE", key, 0)
    assert is_page(bank.open(me, reference))


@pytest.mark.parametrize("guess", ["", "x", "A" * 43, "*", "../../par", "é", "x" * 4000])
def test_f06_a_guessed_reference_is_none(me: Person, bank: SigningPortal, guess: str) -> None:
    bank.pushed(me)
    with nothing_changed():
        assert is_page(bank.open(me, PREFIX + guess))


def test_f06_what_is_stored_does_not_name_the_reference(me: Person, bank: SigningPortal) -> None:
    secret = bank.pushed(me).removeprefix(PREFIX)
    (key,) = redis.call("KEYS", "par:*")
    assert secret.encode() not in key
    stored = key.decode()[len("par:{") : -1]
    assert is_page(bank.open(me, PREFIX + stored))


def test_f06_a_reference_is_no_code(me: Person, bank: SigningPortal) -> None:
    reference = bank.pushed(me)
    for code in (reference, reference.removeprefix(PREFIX)):
        assert refusal(bank.redeem(me, code)) == (400, "invalid_grant")
    assert "code" in query(bank.open(me, reference).location)


def test_f06_foreign_data_under_a_reference_is_none(me: Person, bank: SigningPortal) -> None:
    reference = bank.pushed(me)
    (key,) = redis.call("KEYS", "par:*")
    for value in ("x", "used", "", '["bank",false,{}]', b"\xff\xfe"):
        redis.call("SET", key, value)
        assert is_page(bank.open(me, reference))


def test_f06_of_32_browsers_that_finish_one_request_one_is_answered(
    app: Flask, me: Person, bank: SigningPortal
) -> None:
    reference = bank.pushed(me)
    name = settings.current().cookie_name("sid")
    cookie = me.http.get_cookie(name, domain="127.0.0.1")
    assert cookie

    def finish(_: int) -> bool:
        browser = Person(app)
        browser.http.set_cookie(name, cookie.value, domain="127.0.0.1")
        answer = bank.open(browser, reference)
        assert answer.status_code == 303 or is_page(answer)
        return answer.status_code == 303 and "code" in query(answer.location)

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(finish, range(32))) == [False] * 31 + [True]
    assert len(events("authz.grant")) == 2


def test_f06_two_logins_of_one_request_give_one_code(app: Flask, me: Person, bank: SigningPortal) -> None:
    """Both began in time; the second to end reads a page."""
    reference = bank.pushed(me, prompt="consent")
    ways = [bank.open(me, reference).location for _ in range(2)]
    ends = []
    for here in ways:
        answer = me.get(here)
        while answer.status_code == 303 and answer.location.startswith("/"):
            here = answer.location
            answer = me.agree(here) if "/consent/" in here else me.get(here)
        ends.append(answer)
    assert "code" in query(ends[0].location)
    assert is_page(ends[1])


def test_f08_nobody_pushes_without_authentication(me: Person, bank: SigningPortal, tax: Portal) -> None:
    for form in (bank.request(), tax.request(), tax.request(client_id="nobody"), {"state": "x"}):
        with nothing_changed():
            assert refusal(me.post("/par", form)) == (401, "invalid_client")
    assert me.post("/par", tax.request(state="x" * 2**20), headers=tax.basic).status_code == 413


def test_f08_what_pushes_cannot_fill_the_store(me: Person, tax: Portal) -> None:
    for size, status in ((8_000, 201), (20_000, 413)):
        assert me.post("/par", tax.request(extra="x" * size), headers=tax.basic).status_code == status
    (key,) = redis.call("KEYS", "par:*")
    assert redis.call("STRLEN", key) < 32_000


def test_a18_a_duplicate_in_a_pushed_request_is_refused(me: Person, tax: Portal) -> None:
    from urllib.parse import urlencode

    body = urlencode(tax.request()) + "&nonce=second"
    answer = me.post("/par", body, headers=tax.basic, content_type="application/x-www-form-urlencoded")
    assert refusal(answer) == (400, "invalid_request")


def test_a26_the_issuer_stands_in_a_signed_response_as_well(me: Person, bank: SigningPortal) -> None:
    from tests.signing import read

    for changes in ({}, {"prompt": "none", "max_age": "0"}, {"scope": "openid x"}):
        told = query(me.authorize(bank, response_mode="jwt", **changes).location)
        assert read(told["response"])["iss"] == ISSUER


def test_c02_a_profile_takes_no_weaker_method(me: Person, stores: None) -> None:
    made = signing_portal("strict", profile="fapi2")
    basic = {"Authorization": "Basic " + base64.b64encode(b"strict:x").decode()}
    for form, headers in (
        (made.request(), basic),
        (made.request(client_secret="x"), {}),
        (made.request(), {}),
    ):
        assert refusal(me.post("/par", form, headers=headers)) == (401, "invalid_client")


def test_c08_at_par_an_unknown_client_and_a_wrong_secret_look_the_same(me: Person, tax: Portal) -> None:
    answers = []
    for client_id in ("tax", "nobody"):
        credentials = base64.b64encode(f"{client_id}:wrong".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}"}
        answers.append(me.post("/par", tax.request(client_id=client_id), headers=headers))
    assert answers[0].status_code == answers[1].status_code == 401
    assert answers[0].data == answers[1].data


def test_c11_an_assertion_for_one_endpoint_is_none_for_another(me: Person, stores: None) -> None:
    made = signing_portal("plain")
    assert made.push(me, made.request(), aud=f"{ISSUER}/par").status_code == 201
    assert refusal(made.push(me, made.request(), aud=f"{ISSUER}/introspect")) == (401, "invalid_client")


def test_c14_an_assertion_pushes_once(me: Person, bank: SigningPortal) -> None:
    form = {**bank.request(), **bank.credentials()}
    assert me.post("/par", form).status_code == 201
    assert refusal(me.post("/par", form)) == (401, "invalid_client")


def test_c25_a_public_client_pushes_and_is_bound_to_its_challenge(me: Person, stores: None) -> None:
    app = portal(
        "app", application_type="native", token_endpoint_auth_method="none",
        redirect_uris=("http://127.0.0.1/cb",), post_logout_redirect_uris=(),
    )  # fmt: skip
    assert me.post("/par", app.request()).status_code == 201
    assert refusal(me.post("/par", app.request(code_challenge=None))) == (400, "invalid_request")
