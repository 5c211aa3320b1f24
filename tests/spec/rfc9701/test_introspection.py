"""RFC 9701: JWT response for OAuth token introspection."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from idp import keyring
from idp.base.clock import now
from tests.actors import ISSUER, Person, Portal, decode, portal
from tests.recipient import opened, reading_portal

JWT = "application/token-introspection+jwt"
OWN: dict[str, Any] = {
    "audience": "https://api.example.gov", "introspects": ("https://api.example.gov",),
    "grant_types": ("client_credentials",), "redirect_uris": (), "post_logout_redirect_uris": (),
    "scopes": ("data.query",),
}  # fmt: skip


@pytest.fixture
def guard(stores: None) -> Portal:
    """A resource server that registered nothing special."""
    return portal("guard", **OWN)


@pytest.fixture
def access(me: Person) -> str:
    """An access token for its service."""
    return str(me.tokens(portal("caller", audience="https://api.example.gov"))["access_token"])


def look(me: Person, asking: Portal, token: str, accept: str = JWT) -> TestResponse:
    return me.post("/introspect", {"token": token}, headers={**asking.basic, "Accept": accept})


def header(text: str) -> dict[str, Any]:
    return decode("." + text.partition(".")[0])


@pytest.mark.parametrize(
    "accept", [JWT, JWT.upper(), f"application/json;q=0.5, {JWT}", f"{JWT};q=0.001", f"{JWT} ; q=1.0"]
)
def test_section_4_it_is_asked_for_by_the_accept_header(
    me: Person, guard: Portal, access: str, accept: str
) -> None:
    """RFC 9701 §4: Accept application/token-introspection+jwt asks for the JWT."""
    answer = look(me, guard, access, accept)
    assert (answer.status_code, answer.content_type) == (200, JWT)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "accept", ["", "*/*", "application/json", "application/*", "application/jwt", f"{JWT};q=0"]
)
def test_section_4_without_it_the_answer_is_plain(
    me: Person, guard: Portal, access: str, accept: str
) -> None:
    """RFC 9701 §4: who does not ask gets the answer of RFC 7662."""
    answer = look(me, guard, access, accept)
    assert answer.content_type == "application/json"
    assert (answer.json or {})["active"] is True


def test_section_5_the_jwt_says_who_when_and_for_whom(me: Person, guard: Portal, access: str) -> None:
    """RFC 9701 §5: typ token-introspection+jwt; iss, aud, iat, token_introspection, and nothing beside."""
    text = look(me, guard, access).text
    assert header(text)["typ"] == "token-introspection+jwt"
    claims = keyring.verify(text, typ="token-introspection+jwt")
    assert set(claims) == {"iss", "aud", "iat", "token_introspection"}, "neither sub nor exp at the top"
    assert (claims["iss"], claims["aud"]) == (ISSUER, "guard")
    assert abs(claims["iat"] - now()) <= 2


def test_section_5_inside_is_what_rfc_7662_would_have_said(me: Person, guard: Portal, access: str) -> None:
    """RFC 9701 §5: token_introspection holds the members of RFC 7662 §2.2."""
    inside = decode(look(me, guard, access).text)["token_introspection"]
    assert inside == look(me, guard, access, "application/json").json
    assert inside["active"] is True
    assert inside["sub"] == decode(access)["sub"]


@pytest.mark.parametrize("token", ["nonsense", "", "e30.e30.e30"])
def test_section_5_of_a_dead_token_it_says_that_and_no_more(me: Person, guard: Portal, token: str) -> None:
    """RFC 9701 §5: active is false and nothing else is told, in a JWT all the same."""
    answer = look(me, guard, token or "x")
    assert decode(answer.text)["token_introspection"] == {"active": False}


def test_section_5_a_token_for_another_service_is_inactive(me: Person, guard: Portal) -> None:
    """RFC 9701 §5: not for the asking resource server means inactive."""
    other = me.tokens(portal("other"))["access_token"]
    assert decode(look(me, guard, other).text)["token_introspection"] == {"active": False}


def test_section_5_who_does_not_authenticate_gets_nothing(me: Person, guard: Portal, access: str) -> None:
    """RFC 9701 §5: the answer is for an authenticated resource server; an error is no JWT."""
    answer = me.post("/introspect", {"token": access}, headers={"Accept": JWT})
    assert (answer.status_code, answer.content_type) == (401, "application/json")


@pytest.mark.parametrize("alg", keyring.algorithms())
def test_section_6_the_signature_is_the_registered_one_and_always_given(
    me: Person, access: str, alg: str
) -> None:
    """RFC 9701 §6: introspection_signed_response_alg; who registered it is never answered without."""
    guard = portal("guard", **OWN, introspection_signed_response_alg=alg)
    for accept in (JWT, "application/json", ""):
        answer = look(me, guard, access, accept)
        assert (answer.content_type, header(answer.text)["alg"]) == (JWT, alg)


def test_section_6_it_is_signed_then_encrypted(me: Person, access: str) -> None:
    """RFC 9701 §6: introspection_encrypted_response_alg and _enc; a nested JWT."""
    guard = reading_portal(
        "guard", **OWN, introspection_encrypted_response_alg="ECDH-ES",
        introspection_encrypted_response_enc="A256GCM",
    )  # fmt: skip
    answer = look(me, guard, access, "application/json")
    assert answer.content_type == JWT
    made = opened(answer.text)
    assert (made.header["enc"], made.header["cty"]) == ("A256GCM", "JWT")
    assert keyring.verify(made.text, typ="token-introspection+jwt")["aud"] == "guard"


def test_section_7_the_metadata_say_what_can_be_had(me: Person) -> None:
    """RFC 9701 §7: signing and encryption algorithms of introspection."""
    metadata = me.get("/.well-known/openid-configuration").json or {}
    assert metadata["introspection_signing_alg_values_supported"] == list(keyring.algorithms())
    assert "ECDH-ES" in metadata["introspection_encryption_alg_values_supported"]
    assert "A256GCM" in metadata["introspection_encryption_enc_values_supported"]


def test_section_8_1_the_answer_is_good_for_nothing_else(me: Person, guard: Portal, access: str) -> None:
    """RFC 9701 §8.1: it can be mistaken neither for an access token nor for an ID token."""
    text = look(me, guard, access).text
    assert me.get("/userinfo", headers={"Authorization": f"Bearer {text}"}).status_code == 401
    assert decode(look(me, guard, text).text)["token_introspection"] == {"active": False}
    assert me.get("/end_session?id_token_hint=" + text).status_code == 400
