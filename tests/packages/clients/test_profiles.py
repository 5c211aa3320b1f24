"""Security profiles: what a registration under one needs not say, and what it cannot say."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from clients import profiles
from tests.registrations import client, entry, refusal

KEY = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig"}).as_dict(private=False)
RSA = RSAKey.generate_key(2048, {"kid": "k2", "use": "sig"}).as_dict(private=False)


def fapi(**changes: Any) -> dict[str, Any]:
    """The entry of a portal under FAPI 2.0."""
    own = {"profile": "fapi2", "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [KEY]}}
    return entry(**(own | changes))


def refused_for(key: str, **changes: Any) -> bool:
    refused = refusal(fapi(**changes))
    return refused is not None and any(f"(portal-a): {key}" in problem for problem in refused.problems)


def test_the_standard_profile_demands_nothing_of_the_registration() -> None:
    assert profiles.of(client()) == profiles.SecurityProfile(name="standard")
    assert not client().require_pushed_authorization_requests


def test_a_registration_need_not_repeat_what_its_profile_says() -> None:
    made = client(**fapi())
    assert made.require_pushed_authorization_requests
    assert made.dpop_bound_access_tokens
    assert not made.require_signed_request_object
    assert made.response_modes == ("query",)


def test_message_signing_adds_signed_requests_and_responses() -> None:
    made = client(**fapi(profile="fapi2-message-signing"))
    assert made.require_signed_request_object
    assert made.response_modes == ("jwt",)
    assert profiles.of(made).response_mode == "jwt"


def test_tokens_may_be_bound_by_certificate_instead() -> None:
    made = client(**fapi(tls_client_certificate_bound_access_tokens=True))
    assert (made.dpop_bound_access_tokens, made.tls_client_certificate_bound_access_tokens) == (False, True)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("require_pushed_authorization_requests", False),
        ("dpop_bound_access_tokens", False),
        ("token_endpoint_auth_method", "client_secret_basic"),
        ("token_endpoint_auth_method", "client_secret_post"),
        ("token_endpoint_auth_signing_alg", "RS256"),
        ("request_object_signing_alg", "RS256"),
        ("request_object_signing_alg", "none"),
        ("authorization_signed_response_alg", "RS256"),
        ("id_token_signed_response_alg", "RS256"),
        ("userinfo_signed_response_alg", "RS256"),
        ("introspection_signed_response_alg", "RS256"),
        ("backchannel_authentication_request_signing_alg", "RS256"),
        ("response_types", ["code id_token"]),
    ],
)
def test_a_registration_that_contradicts_fapi_is_refused(key: str, value: object) -> None:
    assert refused_for(key, **{key: value})


@pytest.mark.parametrize(
    ("key", "value"), [("require_signed_request_object", False), ("response_modes", ["query", "jwt"])]
)
def test_a_registration_that_contradicts_message_signing_is_refused(key: str, value: object) -> None:
    assert refused_for(key, profile="fapi2-message-signing", **{key: value})
    assert not refused_for(key, **{key: value})


def test_a_key_that_can_sign_by_no_algorithm_of_the_profile_is_refused() -> None:
    assert refused_for("jwks.keys[1]", jwks={"keys": [KEY, RSA | {"alg": "RS256"}]})
    assert not refused_for("jwks.keys[1]", jwks={"keys": [KEY, RSA]})
    assert not refused_for("jwks.keys[1]", jwks={"keys": [KEY, RSA | {"alg": "PS256"}]})


@pytest.mark.parametrize("profile", ["fapi1", "", None, ["fapi2"], 2])
def test_an_unknown_profile_is_refused(profile: object) -> None:
    entry_of_it = fapi() | {"profile": profile}
    assert refusal(entry_of_it)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("request_object_signing_alg", "ES256"),
        ("require_signed_request_object", True),
        ("request_uris", ["https://good.example/object"]),
    ],
)
def test_request_objects_need_a_registered_key(key: str, value: object) -> None:
    assert refusal(entry(**{key: value}))
    assert client(**entry(**{key: value, "jwks": {"keys": [KEY]}}))
    assert client(**entry(**{key: value, "jwks_uri": "https://good.example/keys"}))


@pytest.mark.parametrize(
    "uri",
    [
        "http://good.example/object",
        "http://127.0.0.1/object",
        "https://169.254.169.254/object",
        "https://good.example:6379/object",
        "file:///etc/passwd",
        "https://user@good.example/object",
    ],
)
def test_an_object_is_fetched_from_public_https_only(uri: str) -> None:
    assert refusal(entry(request_uris=[uri], jwks={"keys": [KEY]}))


def test_the_address_of_an_object_may_have_a_fragment() -> None:
    made = client(request_uris=["https://good.example/object#hash"], jwks={"keys": [KEY]})
    assert made.request_uris == ("https://good.example/object#hash",)


def test_an_answer_is_signed_by_an_algorithm_of_ours() -> None:
    assert client(authorization_signed_response_alg="RS256")
    assert refusal(entry(authorization_signed_response_alg="PS256"))
    assert refusal(entry(authorization_signed_response_alg="none"))
