"""OpenID Connect Core 1.0 §2, §5.3.2, §10.2: answers signed and encrypted as the client registered."""

import json
from typing import Any

import pytest

from idp import keyring
from tests.actors import ISSUER, Person, decode, query
from tests.conftest import MovableClock
from tests.keyhost import key_host, new_key
from tests.recipient import ALGORITHMS, opened, reading_portal
from tests.sink import document


def userinfo(me: Person, access: str) -> Any:
    return me.get("/userinfo", headers={"Authorization": f"Bearer {access}"})


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_section_10_2_an_id_token_is_signed_then_encrypted(me: Person, alg: str) -> None:
    """OIDC Core §10.2: encrypted with the client's key; §2: a nested JWT; the header has a kid."""
    tax = reading_portal(id_token_encrypted_response_alg=alg)
    made = opened(me.tokens(tax)["id_token"])
    assert (made.header["alg"], made.header["cty"]) == (alg, "JWT")
    assert made.header["kid"]
    claims = keyring.verify(made.text, typ="JWT")
    assert (claims["aud"], claims["iss"], claims["nonce"]) == ("tax", ISSUER, "n-1")


def test_section_12_the_id_token_of_a_refresh_is_encrypted_too(me: Person) -> None:
    """OIDC Core §12.2: the same rules hold for a refreshed ID token."""
    tax = reading_portal(id_token_encrypted_response_alg="ECDH-ES")
    first = me.tokens(tax)
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = (me.token(tax, form).json or {})["id_token"]
    assert decode(opened(second).text)["sub"] == decode(opened(first["id_token"]).text)["sub"]


def test_section_3_1_2_1_a_hint_may_come_back_decrypted_or_encrypted_to_us(me: Person) -> None:
    """OIDC Core §3.1.2.1, id_token_hint: the client decrypts it, and may encrypt it to us."""
    from joserfc import jwe
    from joserfc.jwk import ECKey

    tax = reading_portal(id_token_encrypted_response_alg="ECDH-ES")
    closed = me.tokens(tax)["id_token"]
    inner = opened(closed).text
    (ours,) = [key for key in json.loads(keyring.jwks())["keys"] if key["use"] == "enc"]
    header = {"alg": "ECDH-ES", "enc": "A128GCM", "kid": ours["kid"], "cty": "JWT"}
    again = jwe.encrypt_compact(header, inner, ECKey.import_key(ours))
    for hint in (inner, again):
        assert "code" in query(me.authorize(tax, prompt="none", id_token_hint=hint).location)
    refused = query(me.authorize(tax, prompt="none", id_token_hint=closed).location)
    assert refused["error"] == "invalid_request", "one encrypted to somebody else says nothing to us"


@pytest.mark.parametrize("alg", keyring.algorithms())
def test_section_5_3_2_userinfo_is_signed_with_issuer_and_audience(me: Person, alg: str) -> None:
    """OIDC Core §5.3.2: application/jwt; iss is the issuer, aud the client; no nonce."""
    tax = reading_portal(userinfo_signed_response_alg=alg)
    made = me.tokens(tax)
    answer = userinfo(me, made["access_token"])
    assert (answer.status_code, answer.content_type) == (200, "application/jwt")
    assert answer.headers["Cache-Control"] == "no-store"
    claims = keyring.verify(answer.text, typ="JWT")
    assert (claims["iss"], claims["aud"]) == (ISSUER, "tax")
    assert claims["sub"] == decode(made["id_token"])["sub"]
    assert claims["name_masked"]
    assert "nonce" not in claims


def test_section_5_3_2_userinfo_is_signed_then_encrypted(me: Person) -> None:
    """OIDC Core §5.3.2: if both are asked for, it is signed and then encrypted; a nested JWT."""
    tax = reading_portal(userinfo_signed_response_alg="RS256", userinfo_encrypted_response_alg="RSA-OAEP-256")
    answer = userinfo(me, me.tokens(tax)["access_token"])
    assert answer.content_type == "application/jwt"
    made = opened(answer.text)
    assert made.header["cty"] == "JWT"
    assert keyring.verify(made.text, typ="JWT")["aud"] == "tax"


def test_section_5_3_2_userinfo_is_encrypted_alone(me: Person) -> None:
    """OIDC Core §5.3.2: encrypted without a signature, the content is the claims themselves."""
    tax = reading_portal(userinfo_encrypted_response_alg="ECDH-ES", userinfo_encrypted_response_enc="A256GCM")
    answer = userinfo(me, me.tokens(tax)["access_token"])
    assert answer.content_type == "application/jwt"
    made = opened(answer.text)
    assert (made.header["enc"], "cty" in made.header) == ("A256GCM", False)
    assert json.loads(made.text)["name_masked"]


def test_a_signed_userinfo_answer_is_no_hint_of_a_login(me: Person) -> None:
    """RFC 8725 §3.12: a JWT of one kind is not taken for another."""
    tax = reading_portal(userinfo_signed_response_alg="ES256")
    answer = userinfo(me, me.tokens(tax)["access_token"]).text
    assert query(me.authorize(tax, id_token_hint=answer).location)["error"] == "invalid_request"
    assert me.get("/end_session?id_token_hint=" + answer).status_code == 400
    assert userinfo(me, answer).status_code == 401


def test_jarm_2_2_a_response_is_signed_then_encrypted(me: Person) -> None:
    """JARM §2.2: the response JWT is signed, then encrypted to the client."""
    tax = reading_portal(
        response_modes=("jwt",), authorization_encrypted_response_alg="ECDH-ES+A128KW",
        authorization_encrypted_response_enc="A256CBC-HS512",
    )  # fmt: skip
    me.tokens(reading_portal("other"))
    answer = me.authorize(tax, response_mode="jwt")
    while answer.location.startswith("/"):
        answer = me.agree(answer.location) if "/consent/" in answer.location else me.get(answer.location)
    made = opened(query(answer.location)["response"])
    assert (made.header["alg"], made.header["cty"]) == ("ECDH-ES+A128KW", "JWT")
    claims = keyring.verify(made.text, typ="JWT")
    assert (claims["aud"], claims["state"], bool(claims["code"])) == ("tax", "st-1", True)
    refused = me.authorize(tax, response_mode="jwt", scope="openid nonsense")
    error = keyring.verify(opened(query(refused.location)["response"]).text, typ="JWT")
    assert error["error"] == "invalid_scope"


def test_a_code_is_not_lost_when_the_key_to_encrypt_to_cannot_be_had(
    me: Person, time_travel: MovableClock
) -> None:
    """Whether the client's keys are there is known before its code is spent."""
    key = new_key("enc", use="enc")
    with key_host(key) as host:
        tax = reading_portal(id_token_encrypted_response_alg="ECDH-ES", jwks={}, jwks_uri=host.uri)
        good, host.behaviour = host.behaviour, document(b"", status=500)
        answer = me.authorize(tax)
        assert answer.status_code == 503
        host.behaviour = good
        time_travel.advance(15)
        form = tax.token_form(me.code_for(tax))
        from clients import client_keys
        from idp.store import redis

        client_keys.forget()
        for name in redis.call("KEYS", "jwks:*"):
            redis.call("DEL", name)
        host.behaviour = document(b"", status=500)
        refused = me.token(tax, form)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        host.behaviour = good
        time_travel.advance(15)
        answer = me.token(tax, form)
        assert answer.status_code == 200
        assert opened((answer.json or {})["id_token"], key).header["kid"] == "enc"
