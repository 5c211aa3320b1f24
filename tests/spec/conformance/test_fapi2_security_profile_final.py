"""The plan fapi2-security-profile-final, module by module: requests, codes, client assertions."""

from typing import Any

import pytest
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from idp.base.clock import now
from idp.store import redis
from idp.tokens import codes
from tests.actors import ISSUER, Person, decode, query
from tests.signing import SigningPortal, refusal, signing_portal

TWO = "https://second.example.gov/cb?dummy1=lorem&dummy2=ipsum"


@pytest.fixture
def first(stores: None) -> SigningPortal:
    """Client 1."""
    return signing_portal("first", profile="fapi2")


@pytest.fixture
def second(stores: None) -> SigningPortal:
    """Client 2, whose redirect URI has a query."""
    return signing_portal("second", profile="fapi2", redirect_uris=(TWO,))


def is_page(answer: TestResponse) -> bool:
    html = answer.content_type.startswith("text/html")
    return answer.status_code in (400, 403) and html and "Location" not in answer.headers


def refused(answer: TestResponse, *errors: str) -> bool:
    """400 with one of these errors, or 401 with invalid_client (the only error that may be 401)."""
    status, error = refusal(answer)
    return error in errors and status == (401 if error == "invalid_client" else 400)


def test_fapi2_discovery_end_point_verification(me: Person, first: SigningPortal) -> None:
    """A9 discovery-end-point-verification: the metadata a client of the profile needs."""
    metadata = me.get("/.well-known/openid-configuration").json or {}
    assert "code" in metadata["response_types_supported"]
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert metadata["pushed_authorization_request_endpoint"].startswith(ISSUER)
    assert isinstance(metadata["require_pushed_authorization_requests"], bool)
    assert "S256" in metadata["code_challenge_methods_supported"]
    good = {"PS256", "ES256", "EdDSA", "Ed25519"}
    assert good & set(metadata["token_endpoint_auth_signing_alg_values_supported"])
    assert good & set(metadata["id_token_signing_alg_values_supported"])
    assert "private_key_jwt" in metadata["token_endpoint_auth_methods_supported"]
    assert "openid" in metadata["scopes_supported"]
    assert "authorization_code" in metadata["grant_types_supported"]


def test_fapi2_happy_flow(me: Person, first: SigningPortal, second: SigningPortal) -> None:
    """A9 happy-flow: two clients in sequence, the second with dpop_jkt and a long nonce."""
    for client, changes in ((first, {}), (second, {"dpop_jkt": second.holder.thumbprint, "nonce": "n" * 43})):
        told = client.response(me, client.pushed(me, **changes))
        assert set(told) - {"session_state"} <= {"code", "state", "iss", "dummy1", "dummy2"}
        assert (told["state"], told["iss"]) == ("st-1", ISSUER)
        made = client.redeem(me, told["code"])
        assert made.status_code == 200, made.data
        assert made.headers["Cache-Control"] == "no-store"
        claims = decode((made.json or {})["id_token"])
        assert claims["nonce"] == (changes.get("nonce") or "n-1")
        assert not {"name", "birthdate", "phone_number"} & set(claims)


def test_fapi2_happy_flow_parameters_in_another_order(me: Person, second: SigningPortal) -> None:
    """A9 happy-flow: client 2 reorders its parameters."""
    asked = dict(reversed(list(second.request().items())))
    reference = (second.push(me, asked).json or {})["request_uri"]
    assert second.response(me, reference)["code"]


def test_fapi2_user_rejects_authentication(me: Person, first: SigningPortal, second: SigningPortal) -> None:
    """A9 user-rejects-authentication: access_denied with the whole state; the query of the URI is kept."""
    state = "s" * 128
    for client in (first, second):
        told = client.response(me, client.pushed(me, state=state, prompt="consent"), "deny")
        assert (told["error"], told["state"], told["iss"]) == ("access_denied", state, ISSUER)
        known = {"error", "error_description", "state", "iss", "session_state", "dummy1", "dummy2"}
        assert set(told) <= known


def test_fapi2_ensure_authorization_request_without_state_success(me: Person, first: SigningPortal) -> None:
    """A9 ensure-authorization-request-without-state-success: none sent, none returned."""
    told = first.response(me, first.pushed(me, state=None))
    assert told["code"]
    assert "state" not in told


def test_fapi2_ensure_authorization_request_without_nonce_success(me: Person, first: SigningPortal) -> None:
    """A9 ensure-authorization-request-without-nonce-success."""
    made = first.redeem(me, first.code(me, nonce=None)).json or {}
    assert "nonce" not in decode(made["id_token"])


def test_fapi2_ensure_authorization_request_with_64_char_nonce_success(
    me: Person, first: SigningPortal
) -> None:
    """A9 ensure-authorization-request-with-64-char-nonce-success."""
    made = first.redeem(me, first.code(me, nonce="n" * 64)).json or {}
    assert decode(made["id_token"])["nonce"] == "n" * 64


def test_fapi2_ensure_other_scope_order_succeeds(me: Person, first: SigningPortal) -> None:
    """A9 ensure-other-scope-order-succeeds."""
    assert first.code(me, scope="profile openid")


def test_fapi2_ensure_authorization_request_with_long_nonce(me: Person, first: SigningPortal) -> None:
    """A9 ensure-authorization-request-with-long-nonce: 384 characters, never cut."""
    made = first.redeem(me, first.code(me, nonce="n" * 384)).json or {}
    assert decode(made["id_token"])["nonce"] == "n" * 384


def test_fapi2_ensure_authorization_request_with_long_state(me: Person, first: SigningPortal) -> None:
    """A9 ensure-authorization-request-with-long-state: 1000 characters, never cut."""
    assert first.response(me, first.pushed(me, state="s" * 1000))["state"] == "s" * 1000


def opened(me: Person, client: SigningPortal, reference: str, **beside: str) -> dict[str, str]:
    """The response when parameters are added at /authorize; the client is known to the citizen."""
    return query(client.open(me, reference, **beside).location)


def test_fapi2_ensure_different_nonce_inside_and_outside_request_object(
    me: Person, first: SigningPortal
) -> None:
    """A9 ensure-different-nonce-inside-and-outside-request-object: the pushed one wins."""
    first.code(me)
    told = opened(me, first, first.pushed(me, nonce="inside"), nonce="outside")
    assert decode((first.redeem(me, told["code"]).json or {})["id_token"])["nonce"] == "inside"


def test_fapi2_ensure_different_state_inside_and_outside_request_object(
    me: Person, first: SigningPortal
) -> None:
    """A9 ensure-different-state-inside-and-outside-request-object: the pushed one wins."""
    first.code(me)
    assert opened(me, first, first.pushed(me, state="inside"), state="outside")["state"] == "inside"


def test_fapi2_state_only_outside_request_object_not_used(me: Person, first: SigningPortal) -> None:
    """A9 state-only-outside-request-object-not-used."""
    first.code(me)
    assert "state" not in opened(me, first, first.pushed(me, state=None), state="outside")


def test_fapi2_ensure_redirect_uri_in_authorization_request(me: Person, first: SigningPortal) -> None:
    """A9 ensure-redirect-uri-in-authorization-request."""
    assert refused(first.push(me, first.request(redirect_uri=None)), "invalid_request")


def test_fapi2_ensure_request_object_without_redirect_uri_fails(me: Person, first: SigningPortal) -> None:
    """A9 ensure-request-object-without-redirect-uri-fails."""
    form = {"client_id": "first", "request": first.object(redirect_uri=None)}
    assert refused(first.push(me, form), "invalid_request", "invalid_request_object")


def test_fapi2_ensure_registered_redirect_uri(me: Person, first: SigningPortal) -> None:
    """A9 ensure-registered-redirect-uri."""
    asked = first.request(redirect_uri=first.redirect_uri + "/random")
    assert refused(first.push(me, asked), "invalid_request")


def test_fapi2_plain_fapi_tolerate_unregistered_redirect_uri(me: Person, first: SigningPortal) -> None:
    """A9 plain-fapi-tolerate-unregistered-redirect-uri: tolerated by the profile, refused by us."""
    asked = first.request(redirect_uri="https://elsewhere.example/cb")
    assert refused(first.push(me, asked), "invalid_request")


def test_fapi2_ensure_unsigned_authorization_request_without_using_par_fails(
    me: Person, first: SigningPortal
) -> None:
    """A9 ensure-unsigned-authorization-request-without-using-par-fails: invalid_request, redirected."""
    assert query(me.authorize(first).location)["error"] == "invalid_request"


WRONG_TYPE = ("unsupported_response_type", "invalid_request", "unauthorized_client")


def test_fapi2_ensure_response_type_code_idtoken_fails(me: Person, first: SigningPortal) -> None:
    """A9 ensure-response-type-code-idtoken-fails."""
    assert refused(first.push(me, first.request(response_type="code id_token")), *WRONG_TYPE)


def test_fapi2_ensure_response_type_token_fails(me: Person, first: SigningPortal) -> None:
    """A9 ensure-response-type-token-fails."""
    assert refused(first.push(me, first.request(response_type="token")), *WRONG_TYPE)


def test_fapi2_ensure_client_id_in_token_endpoint(
    me: Person, first: SigningPortal, second: SigningPortal
) -> None:
    """A9 ensure-client-id-in-token-endpoint: the client_id of client 2 beside client 1's assertion."""
    form = first.token_form(first.code(me), client_id="second")
    assert refused(first.at_token(me, form), "invalid_client", "invalid_grant")


def test_fapi2_ensure_authorization_code_is_bound_to_client(
    me: Person, first: SigningPortal, second: SigningPortal
) -> None:
    """A9 ensure-authorization-code-is-bound-to-client: client 2 redeems client 1's code."""
    form = first.token_form(first.code(me))
    assert refused(second.at_token(me, form), "invalid_grant")


def test_fapi2_attempt_reuse_authorization_code_after_one_second(me: Person, first: SigningPortal) -> None:
    """A9 attempt-reuse-authorization-code-after-one-second: invalid_grant, and what it gave is dead."""
    code = first.code(me)
    made = first.redeem(me, code).json or {}
    assert refused(first.redeem(me, code), "invalid_grant")
    assert first.refresh(me, made["refresh_token"]).status_code == 400


def test_fapi2_ensure_token_endpoint_fails_with_expired_auth_code(me: Person, first: SigningPortal) -> None:
    """A9 ensure-token-endpoint-fails-with-expired-auth-code: after 62 s."""
    code = first.code(me)
    key = codes.code_key(codes.grant_id(code))
    assert redis.call("TTL", key) < 62
    redis.call("PEXPIRE", key, 0)
    assert refused(first.redeem(me, code), "invalid_grant")


def token_with(me: Person, client: SigningPortal, **credentials: Any) -> TestResponse:
    form = client.token_form(client.code(me))
    headers = {"DPoP": client.proof("/token")}
    return me.post("/token", {**form, **client.credentials(**credentials)}, headers=headers)


def test_fapi2_ensure_signed_client_assertion_with_rs256_fails(me: Person, stores: None) -> None:
    """A9 ensure-signed-client-assertion-with-RS256-fails."""
    key = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
    client = signing_portal("rsa", profile="fapi2", jwks={"keys": [key.as_dict(private=False)]})
    client.key = key  # type: ignore[assignment]
    assert client.push(me, client.request(), alg="PS256").status_code == 201
    assert refused(client.push(me, client.request(), alg="RS256"), "invalid_client")


def test_fapi2_ensure_client_assertion_in_token_endpoint(me: Person, first: SigningPortal) -> None:
    """A9 ensure-client-assertion-in-token-endpoint: no assertion, no token."""
    form = {**first.token_form(first.code(me)), "client_id": "first"}
    answer = me.post("/token", form, headers={"DPoP": first.proof("/token")})
    assert refused(answer, "invalid_client", "invalid_request")


def test_fapi2_ensure_client_assertion_with_exp_is_5_minutes_in_past_fails(
    me: Person, first: SigningPortal
) -> None:
    """A9 ensure-client-assertion-with-exp-is-5-minutes-in-past-fails."""
    answer = token_with(me, first, iat=now() - 400, exp=now() - 300)
    assert refused(answer, "invalid_client", "invalid_request")


def test_fapi2_ensure_client_assertion_with_wrong_aud_fails(me: Person, first: SigningPortal) -> None:
    """A9 ensure-client-assertion-with-wrong-aud-fails."""
    answer = token_with(me, first, aud="https://other.example")
    assert refused(answer, "invalid_client", "invalid_request")


def test_fapi2_ensure_client_assertion_with_no_sub_fails(me: Person, first: SigningPortal) -> None:
    """A9 ensure-client-assertion-with-no-sub-fails."""
    assert refused(token_with(me, first, sub=None), "invalid_client", "invalid_request")


def test_fapi2_refresh_token(me: Person, first: SigningPortal, second: SigningPortal) -> None:
    """A9 refresh-token: the same token again and again, for its client alone, never without proof of it."""
    made = first.redeem(me, first.code(me)).json or {}
    token = made["refresh_token"]
    for _ in range(2):
        answer = first.refresh(me, token)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    form = {"grant_type": "refresh_token", "refresh_token": token}
    anonymous = me.post("/token", {**form, "client_id": "first"}, headers={"DPoP": first.proof("/token")})
    assert refused(anonymous, "invalid_client", "invalid_request", "invalid_grant")
    assert refused(second.at_token(me, form), "invalid_grant")
    assert first.refresh(me, token).status_code == 200


def test_fapi2_ensure_pkce_code_verifier_required(me: Person, first: SigningPortal) -> None:
    """A9 ensure-pkce-code-verifier-required: invalid_grant, not invalid_request."""
    assert refused(first.redeem(me, first.code(me), code_verifier=None), "invalid_grant")


def test_fapi2_incorrect_pkce_code_verifier_rejected(me: Person, first: SigningPortal) -> None:
    """A9 incorrect-pkce-code-verifier-rejected: invalid_grant."""
    assert refused(first.redeem(me, first.code(me), code_verifier="x" * 43), "invalid_grant")
