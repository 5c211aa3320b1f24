"""The plan fapi2-security-profile-final, module by module: pushed requests."""

from typing import Any
from urllib.parse import urlencode

import pytest

from idp.base.clock import now
from idp.store import redis
from tests.actors import ISSUER, Person, query
from tests.signing import SigningPortal, signing_portal
from tests.spec.conformance.test_fapi2_security_profile_final import TWO, is_page, refused


@pytest.fixture
def first(stores: None) -> SigningPortal:
    """Client 1."""
    return signing_portal("first", profile="fapi2")


@pytest.fixture
def second(stores: None) -> SigningPortal:
    """Client 2, whose redirect URI has a query."""
    return signing_portal("second", profile="fapi2", redirect_uris=(TWO,))


def test_fapi2_par_ensure_reused_request_uri_prior_to_auth_completion_succeeds(
    me: Person, first: SigningPortal
) -> None:
    """A9 par-ensure-reused-request-uri-prior-to-auth-completion-succeeds: opened twice before login."""
    reference = first.pushed(me)
    assert first.open(me, reference).location.startswith("/login/")
    assert first.response(me, reference)["code"]


def test_fapi2_par_attempt_reuse_request_uri(me: Person, first: SigningPortal) -> None:
    """A9 par-attempt-reuse-request_uri: after completion a page."""
    reference = first.pushed(me)
    first.response(me, reference)
    assert is_page(first.open(me, reference))


def test_fapi2_par_attempt_to_use_expired_request_uri(me: Person, first: SigningPortal) -> None:
    """A9 par-attempt-to-use-expired-request_uri: a page."""
    reference = first.pushed(me)
    for key in redis.call("KEYS", "par:*"):
        redis.call("PEXPIRE", key, 0)
    assert is_page(first.open(me, reference))


def test_fapi2_par_attempt_to_use_request_uri_for_different_client(
    me: Person, first: SigningPortal, second: SigningPortal
) -> None:
    """A9 par-attempt-to-use-request_uri-for-different-client: a page."""
    reference = first.pushed(me)
    assert is_page(second.open(me, reference))
    assert first.response(me, reference)["code"]


def test_fapi2_par_authorization_request_containing_request_uri_form_param(
    me: Person, first: SigningPortal
) -> None:
    """A9 par-authorization-request-containing-request_uri-form-param."""
    answer = first.push(me, first.request(request_uri="https://first.example.gov/object"))
    assert refused(answer, "invalid_request")


def test_fapi2_par_attempt_invalid_http_method(me: Person, first: SigningPortal) -> None:
    """A9 par-attempt-invalid-http-method: PUT."""
    form = {**first.request(), **first.credentials()}
    assert me.http.put("/par", data=form, base_url=ISSUER).status_code == 405


def test_fapi2_par_ensure_pkce_required(me: Person, first: SigningPortal) -> None:
    """A9 par-ensure-pkce-required."""
    asked = first.request(code_challenge=None, code_challenge_method=None)
    assert refused(first.push(me, asked), "invalid_request")


def test_fapi2_par_plain_pkce_rejected(me: Person, first: SigningPortal) -> None:
    """A9 par-plain-pkce-rejected."""
    asked = first.request(code_challenge=first.verifier, code_challenge_method="plain")
    assert refused(first.push(me, asked), "invalid_request")


def test_fapi2_par_without_duplicate_parameters(me: Person, first: SigningPortal) -> None:
    """A9 par-without-duplicate-parameters: /authorize with client_id and request_uri alone."""
    first.code(me)
    asked = urlencode({"client_id": "first", "request_uri": first.pushed(me)})
    assert "code" in query(me.get(f"/authorize?{asked}").location)


def test_fapi2_par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted(
    me: Person, first: SigningPortal
) -> None:
    """A9 par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted."""
    assert first.push(me, first.request(), nbf=now() + 8).status_code == 201


def test_fapi2_par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_fails(
    me: Person, first: SigningPortal
) -> None:
    """A9 par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails."""
    answer = first.push(me, first.request(), nbf=now() + 65, exp=now() + 120)
    assert refused(answer, "invalid_client", "invalid_request")


def for_audience(me: Person, client: SigningPortal, audience: Any) -> bool:
    """Whether a pushed request is refused whose assertion is for this audience."""
    answer = client.push(me, client.request(), aud=audience)
    return refused(answer, "invalid_client", "invalid_request")


def test_fapi2_par_test_array_as_audience_fails(me: Person, first: SigningPortal) -> None:
    """A9 par-test-array-as-audience-fails."""
    assert for_audience(me, first, [ISSUER])
    assert for_audience(me, first, [ISSUER, f"{ISSUER}/par"])


def test_fapi2_par_test_par_endpoint_url_as_audience_fails(me: Person, first: SigningPortal) -> None:
    """A9 par-test-par-endpoint-url-as-audience-fails."""
    assert for_audience(me, first, f"{ISSUER}/par")


def test_fapi2_par_test_token_endpoint_url_as_audience_fails(me: Person, first: SigningPortal) -> None:
    """A9 par-test-token-endpoint-url-as-audience-fails."""
    assert for_audience(me, first, f"{ISSUER}/token")
