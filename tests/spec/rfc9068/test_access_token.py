"""RFC 9068: the header and the claims of an access token."""

import base64
import json
from typing import Any

import pytest

from idp import keyring
from idp.base.errors import Rejected
from tests.actors import ISSUER, Person, Portal, decode, portal
from tests.conftest import MovableClock


def header(token: str) -> dict[str, Any]:
    part = token.split(".")[0]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


@pytest.fixture
def access(me: Person, tax: Portal) -> str:
    """An access token of an ordinary flow."""
    return str(me.tokens(tax)["access_token"])


def test_section_2_1_it_is_signed_typed_and_names_its_key(me: Person, access: str) -> None:
    told = header(access)
    assert (told["typ"], told["alg"]) == ("at+jwt", "ES256")
    assert told["kid"] in {key["kid"] for key in (me.get("/jwks").json or {})["keys"]}


def test_section_2_2_the_required_claims_are_there(access: str) -> None:
    claims = decode(access)
    assert set(claims) >= {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"}
    assert (claims["iss"], claims["client_id"]) == (ISSUER, "tax")
    assert claims["exp"] - claims["iat"] == 600
    assert all(type(claims[name]) is int for name in ("exp", "iat", "auth_time"))


def test_section_2_2_1_it_tells_when_and_how_surely_the_person_logged_in(
    me: Person, tax: Portal, time_travel: MovableClock
) -> None:
    time_travel.advance(100)
    made = me.tokens(tax)
    access, identity = decode(made["access_token"]), decode(made["id_token"])
    assert (access["auth_time"], access["acr"]) == (identity["auth_time"], identity["acr"])
    assert access["iat"] - access["auth_time"] >= 100


def test_section_2_2_3_it_carries_the_scopes_that_were_granted(me: Person, tax: Portal) -> None:
    made = me.tokens(tax, scope="openid profile phone")
    assert decode(made["access_token"])["scope"] == made["scope"] == "openid profile"


def test_section_3_the_audience_is_the_service_registered_for_the_client(me: Person) -> None:
    one = portal("one", audience="https://api.one.example")
    assert decode(me.tokens(one)["access_token"])["aud"] == [ISSUER, "https://api.one.example"]


def test_section_4_an_id_token_is_not_taken_for_an_access_token(me: Person, tax: Portal) -> None:
    identity = me.tokens(tax)["id_token"]
    with pytest.raises(Rejected):
        keyring.verify(identity, typ="at+jwt")


def test_section_5_a_client_of_its_own_account_is_its_own_subject(me: Person) -> None:
    machine = portal(
        "machine", grant_types=("client_credentials",), redirect_uris=(), post_logout_redirect_uris=(),
        scopes=("data.query",), sector="m.example.gov",
    )  # fmt: skip
    claims = decode((me.token(machine, {"grant_type": "client_credentials"}).json or {})["access_token"])
    assert (claims["sub"], claims["client_id"]) == ("machine", "machine")
    assert "auth_time" not in claims


def test_section_6_two_portals_cannot_join_their_tokens(me: Person, tax: Portal, health: Portal) -> None:
    one, two = decode(me.tokens(tax)["access_token"]), decode(me.tokens(health)["access_token"])
    shared = {name for name in one if one[name] == two.get(name)}
    assert shared <= {"iss", "aud", "scope", "exp", "iat", "acr", "auth_time"}


def test_section_6_of_two_tokens_of_one_grant_the_jti_differ(me: Person, tax: Portal) -> None:
    made = me.tokens(tax)
    form = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
    again = me.token(tax, form).json or {}
    assert decode(made["access_token"])["jti"] != decode(again["access_token"])["jti"]


def test_section_2_1_rs256_is_supported(me: Person) -> None:
    """RFC 9068 §2.1: RS256 is among the algorithms, and none is not."""
    algorithms = {key["alg"] for key in (me.get("/jwks").json or {})["keys"] if key["use"] == "sig"}
    assert "RS256" in algorithms
    assert "none" not in algorithms


def test_section_3_a_resource_that_was_asked_for_is_the_audience(me: Person) -> None:
    """RFC 9068 §3: aud is the resource of the request, and the default one where none is named."""
    one = portal("one", resources=("https://api.one.example",))
    asked = decode(me.tokens(one, resource="https://api.one.example")["access_token"])
    assert asked["aud"] == "https://api.one.example"
    assert decode(me.tokens(one)["access_token"])["aud"] == ISSUER


def forged(access: str, **changes: Any) -> str:
    """An access token with other claims, by the key that signs them."""
    return keyring.sign(decode(access) | changes, typ="at+jwt")


@pytest.mark.parametrize(
    "changes", [{}, {"iss": "https://other.example"}, {"aud": "https://other.example"}, {"exp": 1}]
)
def test_section_4_our_own_resource_judges_issuer_audience_and_end(
    me: Person, access: str, changes: dict[str, Any]
) -> None:
    """RFC 9068 §4: the resource server verifies iss, aud, signature and exp; else invalid_token."""
    answer = me.get("/userinfo", headers={"Authorization": f"Bearer {forged(access, **changes)}"})
    assert answer.status_code == (401 if changes else 200)
    if changes:
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_section_4_a_token_of_another_type_is_refused_at_our_own_resource(me: Person, access: str) -> None:
    """RFC 9068 §4: typ is at+jwt; an ID token, or the same claims as one, let nobody in."""
    for typ in ("JWT", "logout+jwt", ""):
        token = keyring.sign(decode(access), typ=typ)
        assert me.get("/userinfo", headers={"Authorization": f"Bearer {token}"}).status_code == 401
