"""CIBA Core 1.0 §4: what a client registers, and what discovery announces."""

import pytest

from tests.actors import ISSUER, Person
from tests.approving import CIBA
from tests.registrations import entry, refusal

CALLED_BACK = "https://good.example/ping"
KEY = {
    "kty": "EC",
    "crv": "P-256",
    "kid": "k",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}


def asked(**changes: object) -> str:
    """Why a portal with the CIBA grant is refused; empty when it is taken."""
    found = refusal(
        entry(
            **{
                "redirect_uris": None,
                "grant_types": [CIBA],
                "backchannel_token_delivery_mode": "poll",
                "sector": "good.example",
            }
            | changes
        )
    )
    return "\n".join(found.problems) if found else ""


def test_section_4_a_portal_that_polls_needs_no_more() -> None:
    """CIBA Core §4: backchannel_token_delivery_mode is REQUIRED."""
    assert asked() == ""
    assert "backchannel_token_delivery_mode: must be poll or ping" in asked(
        backchannel_token_delivery_mode=None
    )


def test_section_4_push_is_not_offered() -> None:
    """CIBA Core §4: a mode of those the provider supports."""
    assert "backchannel_token_delivery_mode" in asked(backchannel_token_delivery_mode="push")


def test_section_4_a_ping_needs_an_address() -> None:
    """CIBA Core §4: backchannel_client_notification_endpoint is REQUIRED for ping."""
    key = "backchannel_client_notification_endpoint"
    assert asked(backchannel_token_delivery_mode="ping", **{key: CALLED_BACK}) == ""
    assert f"{key}: must be given with the delivery mode ping" in asked(
        backchannel_token_delivery_mode="ping"
    )
    assert f"{key}: must be given with the delivery mode ping" in asked(**{key: CALLED_BACK})


@pytest.mark.parametrize(
    "uri", ["http://good.example/ping", "https://127.0.0.1/ping", "https://good.local/p"]
)
def test_section_4_the_address_is_https_and_none_of_a_local_network(uri: str) -> None:
    """CIBA Core §4: it MUST be an HTTPS URL."""
    found = asked(backchannel_token_delivery_mode="ping", backchannel_client_notification_endpoint=uri)
    assert "backchannel_client_notification_endpoint" in found


@pytest.mark.parametrize("algorithm", ["HS256", "none", "RS1"])
def test_section_4_requests_are_signed_by_asymmetric_algorithms(algorithm: str) -> None:
    """CIBA Core §4: backchannel_authentication_request_signing_alg, and none by a shared secret."""
    found = asked(
        backchannel_authentication_request_signing_alg=algorithm,
        token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [KEY]},
    )
    assert "backchannel_authentication_request_signing_alg: must be one of" in found


def test_section_4_a_signing_client_has_keys() -> None:
    """CIBA Core §4: the signature is verified by the client's registered keys."""
    assert "needs jwks or jwks_uri" in asked(backchannel_authentication_request_signing_alg="ES256")
    signing = {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [KEY]}}
    assert asked(backchannel_authentication_request_signing_alg="ES256", **signing) == ""


def test_section_4_no_user_code_is_offered() -> None:
    """CIBA Core §4: backchannel_user_code_parameter, which the provider must support."""
    assert "is not offered" in asked(backchannel_user_code_parameter=True)


def test_section_4_the_members_go_with_the_grant_alone() -> None:
    """CIBA Core §4: the members are those of clients that use CIBA."""
    found = refusal(entry(backchannel_token_delivery_mode="poll"))
    assert found is not None
    assert "needs the grant urn:openid:params:grant-type:ciba" in found.problems[0]


def test_section_7_1_a_public_client_cannot_register() -> None:
    """CIBA Core §7.1: the client MUST authenticate."""
    found = asked(application_type="native", token_endpoint_auth_method="none")
    assert "ciba is for confidential clients only" in found


def test_fapi_ciba_5_2_2_a_financial_client_must_sign() -> None:
    """FAPI-CIBA §5.2.2: the provider shall require signed authentication requests."""
    found = asked(
        profile="fapi2",
        token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [KEY]},
        dpop_bound_access_tokens=True,
    )
    assert "the profile demands signed requests" in found


def test_section_4_discovery_says_what_is_offered(stranger: Person) -> None:
    """CIBA Core §4: the provider's metadata."""
    document = stranger.get("/.well-known/openid-configuration").json or {}
    assert document["backchannel_authentication_endpoint"] == f"{ISSUER}/bc-authorize"
    assert document["backchannel_token_delivery_modes_supported"] == ["poll", "ping"]
    assert document["backchannel_user_code_parameter_supported"] is False
    algorithms = document["backchannel_authentication_request_signing_alg_values_supported"]
    assert {"ES256", "PS256"} <= set(algorithms)
    assert not {name for name in algorithms if name.startswith(("HS", "none"))}
    assert CIBA in document["grant_types_supported"]
