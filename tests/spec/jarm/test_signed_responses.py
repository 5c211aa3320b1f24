"""JARM: authorization responses as JWTs that the portal can check."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from idp.base.clock import now
from tests.actors import ISSUER, Person, query
from tests.signing import SigningPortal, read, signing_portal


@pytest.fixture
def bank(me: Person) -> SigningPortal:
    """A portal that may ask for signed responses; the citizen has been there before."""
    made = signing_portal()
    me.code_for(made)
    return made


def header(token: str) -> dict[str, Any]:
    import base64
    import json

    head = token.split(".")[0]
    return dict(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))))


def test_2_1_the_jwt_is_from_us_for_the_client_and_for_now(me: Person, bank: SigningPortal) -> None:
    """JARM §2.1: iss, aud and exp, and the parameters of the response."""
    answer = read(query(me.authorize(bank, response_mode="jwt").location)["response"])
    assert (answer["iss"], answer["aud"], answer["state"]) == (ISSUER, "bank", "st-1")
    assert 10 <= answer["exp"] - now() <= 600
    assert set(answer) <= {"iss", "aud", "exp", "state", "code", "session_state"}
    code = answer["code"]
    assert me.post("/token", {**bank.token_form(code), **bank.credentials()}).status_code == 200


def test_2_1_without_a_state_none_is_told(me: Person, bank: SigningPortal) -> None:
    """JARM §2.1: the parameters are those of the plain response."""
    assert "state" not in read(
        query(me.authorize(bank, response_mode="jwt", state=None).location)["response"]
    )


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"prompt": "none", "max_age": "0"}, "login_required"),
        ({"scope": "openid unknown"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
    ],
)
def test_2_1_errors_are_signed_too(
    me: Person, bank: SigningPortal, changes: dict[str, str | None], error: str
) -> None:
    """JARM §2.1: error responses travel the same way."""
    told = query(me.authorize(bank, response_mode="jwt", **changes).location)
    assert set(told) == {"response"}
    answer = read(told["response"])
    assert (answer["error"], answer["state"], answer["aud"]) == (error, "st-1", "bank")
    assert "code" not in answer


@pytest.mark.parametrize("mode", ["jwt", "query.jwt"])
def test_2_3_in_the_query_stands_the_response_alone(me: Person, bank: SigningPortal, mode: str) -> None:
    """JARM §2.3.1, §2.3.4: query.jwt, and jwt for the code flow."""
    location = urlsplit(me.authorize(bank, response_mode=mode).location)
    assert set(parse_qs(location.query)) == {"response"}
    assert location.fragment == ""


def test_2_3_2_in_the_fragment_as_well(me: Person, bank: SigningPortal) -> None:
    """JARM §2.3.2: fragment.jwt."""
    location = urlsplit(me.authorize(bank, response_mode="fragment.jwt").location)
    assert location.query == ""
    (response,) = parse_qs(location.fragment)["response"]
    assert read(response)["code"]


def test_2_3_3_as_a_form_as_well(me: Person, bank: SigningPortal) -> None:
    """JARM §2.3.3: form_post.jwt."""
    page = me.authorize(bank, response_mode="form_post.jwt").text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    assert set(fields) == {"response"}
    assert read(unescape(fields["response"]))["code"]


def test_2_3_the_query_of_a_registered_address_is_kept(me: Person, stores: None) -> None:
    """JARM §2.3.1, RFC 6749 §3.1.2: what the redirect URI holds stays."""
    uri = "https://query.example.gov/cb?dummy1=lorem&dummy2=ipsum"
    made = signing_portal("query", redirect_uris=(uri,))
    me.code_for(made)
    location = me.authorize(made, response_mode="jwt").location
    assert location.startswith(uri + "&response=")


def test_3_the_registered_algorithm_signs_it(me: Person, stores: None) -> None:
    """JARM §3: authorization_signed_response_alg; without it, that of the ID token."""
    for changes, algorithm in (
        ({}, "ES256"),
        ({"authorization_signed_response_alg": "RS256"}, "RS256"),
        ({"id_token_signed_response_alg": "RS256"}, "RS256"),
    ):
        made = signing_portal("chooser", **changes)
        me.code_for(made)
        response = query(me.authorize(made, response_mode="jwt").location)["response"]
        assert header(response)["alg"] == algorithm
        published = {key["kid"] for key in (me.get("/jwks").json or {})["keys"]}
        assert header(response)["kid"] in published


def test_4_the_metadata_names_modes_and_algorithms(me: Person, stores: None) -> None:
    """JARM §4: response_modes_supported, authorization_signing_alg_values_supported."""
    metadata = me.get("/.well-known/openid-configuration").json or {}
    modes = {"jwt", "query.jwt", "fragment.jwt", "form_post.jwt"}
    assert modes <= set(metadata["response_modes_supported"])
    assert {"ES256", "RS256"} <= set(metadata["authorization_signing_alg_values_supported"])


def test_2_3_4_with_an_id_token_the_default_is_the_fragment(me: Person, stores: None) -> None:
    """JARM §2.3.4: jwt is the signed form of the default of the response type."""
    hybrid = signing_portal(
        "hybrid", response_types=("code", "code id_token"), response_modes=("query", "fragment", "jwt")
    )
    me.code_for(hybrid)
    asked = {"response_type": "code id_token", "response_mode": "jwt"}
    for changes, member in ((asked, "id_token"), (asked | {"prompt": "none", "max_age": "0"}, "error")):
        location = urlsplit(me.authorize(hybrid, **changes).location)
        assert location.query == ""
        (response,) = parse_qs(location.fragment)["response"]
        assert member in read(response)


def test_a_mode_that_is_not_registered_is_refused_in_the_plain_one(me: Person, stores: None) -> None:
    """JARM §2.3: a portal that cannot read JWTs is not answered by one."""
    plain = signing_portal("plain", response_modes=("query",))
    told = query(me.authorize(plain, response_mode="jwt").location)
    assert (told["error"], told["iss"]) == ("invalid_request", ISSUER)


def test_a_response_is_no_id_token_hint(me: Person, bank: SigningPortal) -> None:
    """RFC 8725 §3.12: one kind of JWT does not pass for another."""
    response = query(me.authorize(bank, response_mode="jwt").location)["response"]
    told = query(me.authorize(bank, id_token_hint=response).location)
    assert told["error"] == "invalid_request"
    ended = me.get(f"/end_session?id_token_hint={response}")
    assert "Location" not in ended.headers or "bank.example.gov" not in ended.location


def test_signed_userinfo_is_no_id_token_hint_either(me: Person, stores: None) -> None:
    """RFC 8725 §3.12: who read a person's data has no ID token by that."""
    made = signing_portal("reader", userinfo_signed_response_alg="ES256")
    me.code_for(made)
    code = query(me.authorize(made).location)["code"]
    tokens = me.post("/token", {**made.token_form(code), **made.credentials()}).json or {}
    told = me.get("/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}).text
    assert read(told)["sub"]
    assert query(me.authorize(made, id_token_hint=told).location)["error"] == "invalid_request"
    assert query(me.authorize(made, id_token_hint=tokens["id_token"], prompt="none").location)["code"]
