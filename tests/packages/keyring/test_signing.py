"""Signing and verifying our own tokens."""

import base64
from pathlib import Path

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from idp import keyring
from idp.base.errors import Rejected

CLAIMS = {
    "iss": "https://login.example.gov",
    "sub": "x" * 43,
    "aud": "tax",
    "iat": 1_700_000_000,
    "name": "张示",
}

pytestmark = pytest.mark.usefixtures("folder")


@pytest.mark.parametrize("alg", keyring.algorithms())
def test_what_we_sign_another_library_verifies_by_the_published_keys(alg: str) -> None:
    published = KeySet.import_key_set(orjson.loads(keyring.jwks()))
    token = jwt.decode(keyring.sign(CLAIMS, alg=alg, typ="at+jwt"), published, algorithms=[alg])
    assert token.claims == CLAIMS
    assert token.header["typ"] == "at+jwt"


@pytest.mark.parametrize("alg", keyring.algorithms())
def test_what_we_sign_we_verify(alg: str) -> None:
    assert keyring.verify(keyring.sign(CLAIMS, alg=alg), typ="JWT") == CLAIMS
    assert keyring.verify(keyring.sign(CLAIMS, alg=alg, typ="logout+jwt"), typ=None) == CLAIMS


def test_the_header_says_algorithm_key_and_type_and_nothing_else() -> None:
    header = keyring.sign(CLAIMS).split(".")[0]
    assert orjson.loads(base64.urlsafe_b64decode(header + "==")) == {
        "alg": "ES256",
        "kid": keyring.active()["ES256"],
        "typ": "JWT",
    }


def test_a_token_of_another_type_is_refused() -> None:
    with pytest.raises(Rejected) as refused:
        keyring.verify(keyring.sign(CLAIMS, typ="logout+jwt"), typ="at+jwt")
    assert (refused.value.code, refused.value.status) == ("invalid_token", 401)


def test_an_algorithm_without_a_suite_cannot_be_asked_for() -> None:
    with pytest.raises(KeyError):
        keyring.sign(CLAIMS, alg="none")


def test_es256_comes_first() -> None:
    assert keyring.algorithms() == ("ES256", "RS256")


def test_reading_a_key_set_twice_costs_nothing_new() -> None:
    assert keyring.jwks() is keyring.jwks()


def test_the_refusal_tells_the_caller_nothing(folder: Path) -> None:
    for token in ("", "a.b.c", keyring.sign(CLAIMS)[:-4]):
        with pytest.raises(Rejected) as refused:
            keyring.verify(token, typ="JWT")
        assert refused.value.hint == "The token is invalid"
        assert refused.value.why != refused.value.hint
