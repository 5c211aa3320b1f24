"""OpenID Connect Core 1.0 §3.3: the hybrid flow ``code id_token``, for clients that registered it."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import registrations
from tests.actors import ISSUER, Person, Portal, decode, portal, query

BOTH = "code id_token"


@pytest.fixture
def hybrid(stores: None) -> Portal:
    return portal("hybrid", response_types=("code", BOTH), response_modes=("query", "fragment", "form_post"))


def fragment(person: Person, hybrid: Portal, **changes: str | None) -> dict[str, str]:
    """What comes behind the ``#``; nothing may come before it."""
    answer = person.authorize(hybrid, **{"response_type": BOTH, **changes})
    while answer.status_code == 303 and answer.location.startswith("/"):
        answer = (
            person.agree(answer.location) if "/consent/" in answer.location else person.get(answer.location)
        )
    parts = urlsplit(answer.location)
    assert parts.query == ""
    return {name: values[0] for name, values in parse_qs(parts.fragment).items()}


def half(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()


@pytest.mark.parametrize("order", [BOTH, "id_token code"])
def test_section_3_3_2_5_code_and_id_token_come_in_the_fragment(
    me: Person, hybrid: Portal, order: str
) -> None:
    told = fragment(me, hybrid, response_type=order)
    assert set(told) == {"code", "id_token", "state", "iss", "session_state"}
    assert told["iss"] == ISSUER


def test_section_3_3_2_11_the_id_token_holds_the_codes_hash_and_the_nonce(me: Person, hybrid: Portal) -> None:
    told = fragment(me, hybrid)
    claims = decode(told["id_token"])
    assert claims["c_hash"] == half(told["code"])
    assert claims["nonce"] == "n-1"
    assert "at_hash" not in claims


def test_section_3_3_3_6_both_id_tokens_speak_of_the_same_person(me: Person, hybrid: Portal) -> None:
    told = fragment(me, hybrid)
    redeemed = me.token(hybrid, hybrid.token_form(told["code"])).json or {}
    front, back = decode(told["id_token"]), decode(redeemed["id_token"])
    for name in ("iss", "sub", "aud", "nonce", "auth_time", "acr", "sid"):
        assert front[name] == back[name], name


def test_section_3_3_2_11_the_nonce_is_demanded(me: Person, hybrid: Portal) -> None:
    assert fragment(me, hybrid, nonce=None)["error"] == "invalid_request"


def test_section_3_3_2_6_errors_come_in_the_fragment_too(
    me: Person, hybrid: Portal, stranger: Person
) -> None:
    assert fragment(stranger, hybrid, prompt="none")["error"] == "login_required"
    assert fragment(me, hybrid, scope="x")["error"] == "invalid_scope"


def test_the_query_cannot_carry_a_token(me: Person, hybrid: Portal) -> None:
    assert fragment(me, hybrid, response_mode="query")["error"] == "invalid_request"


def test_form_post_carries_both(me: Person, hybrid: Portal) -> None:
    fragment(me, hybrid)
    page = me.authorize(hybrid, response_type=BOTH, response_mode="form_post").text
    assert 'name="code"' in page
    assert 'name="id_token"' in page


def test_the_code_still_needs_its_verifier(me: Person, hybrid: Portal) -> None:
    told = fragment(me, hybrid)
    answer = me.token(hybrid, hybrid.token_form(told["code"], code_verifier=None))
    assert (answer.json or {})["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "asked",
    [
        "id_token",
        "token",
        "code token",
        "code id_token token",
        "id_token token",
        "none",
        "code code",
        "code ",
    ],
)
def test_what_puts_an_access_token_into_the_browser_is_never_served(
    me: Person, hybrid: Portal, asked: str
) -> None:
    location = me.authorize(hybrid, response_type=asked).location
    told = {**query(location), **{n: v[0] for n, v in parse_qs(urlsplit(location).fragment).items()}}
    assert told["error"] == "unsupported_response_type"


def test_a_client_that_did_not_register_it_gets_none(me: Person, tax: Portal) -> None:
    location = me.authorize(tax, response_type=BOTH).location
    assert "id_token=" not in location
    assert "error" in location


def test_a_registration_for_it_names_a_mode_that_can_carry_it() -> None:
    good = registrations.entry(response_types=["code", BOTH], response_modes=["query", "fragment"])
    assert registrations.refusal(good) is None
    for bad in ({"response_modes": ["query"]}, {"response_types": []}, {"response_types": [BOTH, BOTH]}):
        assert registrations.refusal({**good, **bad}) is not None
