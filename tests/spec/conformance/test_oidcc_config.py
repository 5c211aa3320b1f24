"""Checklist A2, the plan of the metadata, and A0, what the suite looks at in every OpenID Connect module."""

import base64
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from math import log2
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import KeySet

from idp import settings
from idp.base.clock import now
from idp.oidc.endpoints import metadata
from tests.actors import ISSUER, Person, Portal, query

PATH = "/.well-known/openid-configuration"
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "k", "oth"}
#: What an error at the redirect URI may consist of (RFC 6749 §4.1.2.1, RFC 9207 §2).
ERROR = {"error", "error_description", "error_uri", "state", "session_state", "iss"}
LEGAL = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*")
BASE64URL = re.compile(r"[A-Za-z0-9_-]+")


@pytest.fixture
def under_tls(test_settings: settings.Settings) -> Iterator[settings.Settings]:
    """The settings of a platform that browsers reach by TLS."""
    metadata._document.cache_clear()
    secure = test_settings.model_copy(update={"issuer": "https://id.prov01.example"})
    settings.use(secure)
    yield secure
    settings.use(test_settings)
    metadata._document.cache_clear()


def entropy(text: str) -> float:
    """Shannon's entropy of a text, in bits, as the suite reckons it."""
    shares = [text.count(one) / len(text) for one in set(text)]
    return -sum(share * log2(share) for share in shares) * len(text)


def test_oidcc_discovery_endpoint_verification(me: Person) -> None:
    """A2 oidcc-discovery-endpoint-verification: JSON, the issuer, the lists a certified provider shows."""
    answer = me.get(PATH)
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    told = answer.json or {}
    assert told["issuer"] + PATH == ISSUER + PATH
    assert {*told["subject_types_supported"]} <= {"public", "pairwise"}
    assert "RS256" in told["id_token_signing_alg_values_supported"]
    assert "RS256" in told["request_object_signing_alg_values_supported"]
    assert "openid" in told["scopes_supported"]
    assert all(re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]+", scope) for scope in told["scopes_supported"])
    assert "code" in told["response_types_supported"]
    assert isinstance(told["code_challenge_methods_supported"], list)
    assert {"userinfo_endpoint", "claims_supported"} <= told.keys()


def test_oidcc_discovery_under_tls(under_tls: settings.Settings) -> None:
    """A2 oidcc-discovery-endpoint-verification: every endpoint is https and of the issuer."""
    told = json.loads(metadata._document(under_tls.issuer, "none", ""))
    ends = ("_endpoint", "_uri", "_iframe")
    addresses = {name: value for name, value in told.items() if name.endswith(ends)}
    assert len(addresses) >= 12
    for name, value in addresses.items():
        parts = urlsplit(value)
        assert (parts.scheme, parts.netloc) == ("https", "id.prov01.example"), name
        assert "#" not in value


def test_oidcc_server_keys(me: Person) -> None:
    """A0 JWKS: kids that differ, nothing private, base64url without padding."""
    keys = (me.get("/jwks").json or {})["keys"]
    assert len({key["kid"] for key in keys}) == len(keys) > 0
    for key in keys:
        assert not PRIVATE & key.keys()
        assert all(BASE64URL.fullmatch(key[name]) for name in ("n", "e", "x", "y") if name in key)
    KeySet.import_key_set({"keys": keys})


@pytest.mark.parametrize("changes", [{}, {"response_type": "token"}], ids=["success", "error"])
def test_oidcc_long_state(me: Person, tax: Portal, changes: dict[str, str]) -> None:
    """A0 authorization response: a state of 128 characters comes back byte for byte."""
    state = "".join(chr(33 + at % 94) for at in range(128))
    me.code_for(tax)
    assert query(me.authorize(tax, state=state, **changes).location)["state"] == state


def test_oidcc_entropy(me: Person, tax: Portal) -> None:
    """A0: code, access token and refresh token have 128 bits and look it; no two begin alike."""
    codes = [me.code_for(tax) for _ in range(4)]
    tokens = me.token(tax, tax.token_form(codes[0])).json or {}
    for text in (*codes, tokens["access_token"], tokens["refresh_token"]):
        assert len(text) * 6 >= 128
        assert entropy(text) > 96
    assert all(one[:8] != other[:8] for one, other in pairwise(sorted(codes)))


@pytest.mark.parametrize(
    "changes", [{"response_type": "token"}, {"scope": "x"}, {"prompt": "none login"}, {"max_age": "é"}]
)
def test_oidcc_error_response(me: Person, tax: Portal, changes: dict[str, str]) -> None:
    """A0 error redirect: nothing but what belongs there, in legal characters; no code."""
    told = query(me.authorize(tax, **changes).location)
    assert told.keys() <= ERROR
    assert told["iss"] == ISSUER
    assert LEGAL.fullmatch(told["error"])
    assert LEGAL.fullmatch(told.get("error_description", ""))


def test_oidcc_token_answer(me: Person, tax: Portal) -> None:
    """A0 token endpoint: JSON that nobody stores, Bearer, a positive lifetime, an ID token."""
    answer = me.token(tax, tax.token_form(me.code_for(tax)))
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json or {}
    assert told["token_type"] == "Bearer"
    assert told["expires_in"] > 0
    assert {"access_token", "id_token"} <= told.keys()


def test_oidcc_id_token(me: Person, app: Flask) -> None:
    """A0 ID token: it verifies by the published keys and says who, for whom, when."""
    from tests.actors import portal

    tax = portal("tax", id_token_signed_response_alg="RS256")
    keys = KeySet.import_key_set(me.get("/jwks").json)  # type: ignore[arg-type]
    token = me.tokens(tax, nonce="n-2")["id_token"]
    claims: dict[str, Any] = jwt.decode(token, keys, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, "tax", "n-2")
    assert abs(claims["iat"] - now()) < 300
    assert claims["iat"] < claims["exp"] < now() + 86400
    assert claims["auth_time"] <= claims["iat"]
    assert claims["acr"]
    assert re.fullmatch(r"[\x21-\x7e]{1,255}", claims["sub"])
    header = token.split(".")[0]
    assert "kid" in json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
