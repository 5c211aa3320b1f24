"""The plan fapi2-message-signing-final, module by module: request objects in PAR, JARM."""

from typing import Any

import pytest
from joserfc.jwk import RSAKey

from idp.base.clock import now
from tests.actors import ISSUER, Person, query
from tests.signing import SigningPortal, read, refusal, signing_portal

BAD = (400, "invalid_request_object")


@pytest.fixture
def bank(stores: None) -> SigningPortal:
    """A client of the profile."""
    return signing_portal(profile="fapi2-message-signing")


def push(me: Person, client: SigningPortal, header: dict[str, Any] | None = None, **claims: Any) -> Any:
    """The answer to a pushed object: 201, or its refusal."""
    form = {"client_id": client.client.client_id, "request": client.object(header, **claims)}
    answer = client.push(me, form)
    return 201 if answer.status_code == 201 else refusal(answer)


def test_fapi2_ensure_request_object_with_multiple_aud_succeeds(me: Person, bank: SigningPortal) -> None:
    """A10 ensure-request-object-with-multiple-aud-succeeds: an array that contains the issuer."""
    assert push(me, bank, aud=["https://other.example", ISSUER]) == 201


def test_fapi2_ensure_request_object_with_nbf_8_seconds_in_the_future_is_accepted(
    me: Person, bank: SigningPortal
) -> None:
    """A10 ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted."""
    assert push(me, bank, nbf=now() + 8) == 201


def test_fapi2_ensure_request_object_without_exp_fails(me: Person, bank: SigningPortal) -> None:
    """A10 ensure-request-object-without-exp-fails."""
    assert push(me, bank, exp=None) == BAD


def test_fapi2_ensure_request_object_without_nbf_fails(me: Person, bank: SigningPortal) -> None:
    """A10 ensure-request-object-without-nbf-fails."""
    assert push(me, bank, nbf=None) == BAD


def test_fapi2_ensure_expired_request_object_fails(me: Person, bank: SigningPortal) -> None:
    """A10 ensure-expired-request-object-fails."""
    assert push(me, bank, nbf=now() - 600, exp=now() - 300) == BAD


def test_fapi2_ensure_request_object_with_bad_aud_fails(me: Person, bank: SigningPortal) -> None:
    """A10 ensure-request-object-with-bad-aud-fails."""
    assert push(me, bank, aud="https://www.other1.example/") == BAD


def test_fapi2_ensure_request_object_with_exp_over_60_fails(me: Person, bank: SigningPortal) -> None:
    """A10 ensure-request-object-with-exp-over-60-fails: 70 minutes ahead."""
    assert push(me, bank, exp=now() + 70 * 60) == BAD


def test_fapi2_ensure_request_object_with_nbf_over_60_fails(me: Person, bank: SigningPortal) -> None:
    """A10 ensure-request-object-with-nbf-over-60-fails: 70 minutes ago."""
    assert push(me, bank, nbf=now() - 70 * 60) == BAD


def test_fapi2_ensure_signed_request_object_with_rs256_fails(me: Person, stores: None) -> None:
    """A10 ensure-signed-request-object-with-RS256-fails."""
    key = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
    made = signing_portal("rsa", "fapi2-message-signing", jwks={"keys": [key.as_dict(private=False)]})

    def answered(alg: str) -> Any:
        form = {"client_id": "rsa", "request": made.object({"alg": alg, "kid": "rsa"}, key)}
        answer = made.push(me, form, alg="PS256", key=key)
        return 201 if answer.status_code == 201 else refusal(answer)

    made.key = key  # type: ignore[assignment]
    assert answered("PS256") == 201
    assert answered("RS256") == BAD


def test_fapi2_ensure_request_object_signature_algorithm_is_not_none(me: Person, bank: SigningPortal) -> None:
    """A10 ensure-request-object-signature-algorithm-is-not-none."""
    _, body, _ = bank.object().split(".")
    unsigned = f"eyJhbGciOiJub25lIn0.{body}."
    assert refusal(bank.push(me, {"client_id": "bank", "request": unsigned})) == BAD


def test_fapi2_ensure_request_object_with_invalid_signature_fails(me: Person, bank: SigningPortal) -> None:
    """A10 ensure-request-object-with-invalid-signature-fails."""
    text = bank.object()
    broken = text[:-6] + ("AAAAAA" if not text.endswith("AAAAAA") else "BBBBBB")
    assert refusal(bank.push(me, {"client_id": "bank", "request": broken})) == BAD


def test_fapi2_ensure_matching_key_in_authorization_request(me: Person, bank: SigningPortal) -> None:
    """A10 ensure-matching-key-in-authorization-request: signed by the key of client 2."""
    other = signing_portal("other", "fapi2-message-signing")
    text = bank.object({"kid": other.key.kid}, other.key)
    assert refusal(bank.push(me, {"client_id": "bank", "request": text})) == BAD


def test_fapi2_ensure_request_object_without_redirect_uri_fails(me: Person, bank: SigningPortal) -> None:
    """A10 ensure-request-object-without-redirect-uri-fails: invalid_request or invalid_request_object."""
    status, error = push(me, bank, redirect_uri=None)
    assert status == 400
    assert error in ("invalid_request", "invalid_request_object")


def test_fapi2_ensure_unsigned_request_at_par_endpoint_fails(me: Person, bank: SigningPortal) -> None:
    """A10 ensure-unsigned-request-at-par-endpoint-fails: invalid_request."""
    assert refusal(bank.push(me, bank.request())) == (400, "invalid_request")


def test_fapi2_par_authorization_request_containing_request_uri(me: Person, bank: SigningPortal) -> None:
    """A10 par-authorization-request-containing-request_uri: the claim inside the object."""
    assert push(me, bank, request_uri="https://bank.example.gov/object") == BAD


def test_fapi2_client_2_types_its_object_in_mixed_case(me: Person, bank: SigningPortal) -> None:
    """A10 client 2 in general: the typ compares case-insensitively."""
    assert push(me, bank, {"typ": "OautH-auThZ-REQ+jWt"}) == 201


def test_fapi2_jarm_responses(me: Person, bank: SigningPortal) -> None:
    """A10 JARM: only response in the query; iss, aud, exp in its JWT; errors are signed as well."""
    metadata = me.get("/.well-known/openid-configuration").json or {}
    assert "jwt" in metadata["response_modes_supported"]
    assert isinstance(metadata["authorization_signing_alg_values_supported"], list)
    bank.code(me)
    told = query(bank.open(me, bank.pushed(me, response_mode="jwt")).location)
    assert set(told) == {"response"}
    answer = read(told["response"])
    assert (answer["iss"], answer["aud"], answer["state"]) == (ISSUER, "bank", "st-1")
    assert 10 <= answer["exp"] - now() <= 600
    assert answer["code"]
    failed = query(bank.open(me, bank.pushed(me, prompt="none", max_age="0")).location)
    assert read(failed["response"])["error"] == "login_required"
