"""Checklist A11: FAPI-CIBA ID1, plain_fapi, private_key_jwt, tokens bound to certificates, by polling.

The socket is the proxy's: it hands certificates on in a header (RFC 9440), and so do these tests. The rows
about TLS versions and ciphers are the proxy's too.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from joserfc.jwk import RSAKey

from idp import persons
from idp.approvals import jobs
from idp.base.clock import now
from idp.oidc.endpoints import metadata
from tests.actors import ISSUER, Person, citizen, decode
from tests.approving import CIBA, decide, open_request, with_phone
from tests.ciba import SHOWN, ask, begin, client, error, poll, request_object
from tests.conftest import MovableClock
from tests.possession import proxied
from tests.signing import SigningPortal

MESSAGE = "示范市政务服务中心 3号窗口 核验码 58"


@pytest.fixture
def me(app: Flask, stores: None) -> Iterator[Person]:
    """A citizen with a phone; the server sees certificates."""
    metadata._document.cache_clear()
    with proxied(app) as person:
        person_id = citizen()
        with_phone(person_id)
        person.log_in(person_id)
        yield person
    metadata._document.cache_clear()


@pytest.fixture
def number(me: Person) -> str:
    person = persons.find_by_identifier("111", "010101198504123013")
    assert person is not None
    assert person.phone is not None
    return person.phone


@pytest.fixture
def bank(me: Person) -> SigningPortal:
    return client()


@pytest.fixture
def second(me: Person) -> SigningPortal:
    return client("second")


def test_fapi_ciba_id1_discovery_end_point_verification(me: Person) -> None:
    """A11 discovery-end-point-verification: endpoint, modes, grant, bound tokens, algorithms."""
    document = me.get("/.well-known/openid-configuration").json or {}
    assert document["backchannel_authentication_endpoint"] == f"{ISSUER}/bc-authorize"
    assert {"poll", "ping"} <= set(document["backchannel_token_delivery_modes_supported"])
    assert CIBA in document["grant_types_supported"]
    assert document["tls_client_certificate_bound_access_tokens"] is True
    assert "ES256" in document["id_token_signing_alg_values_supported"]
    assert {"ES256", "PS256"} <= set(
        document["backchannel_authentication_request_signing_alg_values_supported"]
    )
    assert document["backchannel_user_code_parameter_supported"] is False


@pytest.mark.parametrize("aud", [f"{ISSUER}/bc-authorize", ISSUER, f"{ISSUER}/token"])
def test_fapi_ciba_id1(me: Person, bank: SigningPortal, number: str, aud: str) -> None:
    """A11 (bare): audiences of the assertion; the answer; success once; a foreign certificate."""
    answer = ask(me, bank, request_object(bank, number, requested_expiry=300), aud)
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    body = answer.json or {}
    assert re.fullmatch(r"[A-Za-z0-9._-]{27,}", body["auth_req_id"])
    assert body["expires_in"] == 300
    assert body["interval"] >= 0
    jobs.announce_due()
    assert error(poll(me, bank, body["auth_req_id"])) == (400, "authorization_pending")
    decide(me, open_request(me))
    tokens = poll(me, bank, body["auth_req_id"])
    assert (tokens.status_code, tokens.headers["Cache-Control"]) == (200, "no-store")
    made = tokens.json or {}
    claims = decode(made["id_token"])
    assert claims["acr"] == "urn:gov-sso:acr:l2"
    assert not {"c_hash", "s_hash"} & claims.keys()
    assert decode(made["access_token"])["cnf"] == {"x5t#S256": SHOWN["bank"].thumbprint}
    assert error(poll(me, bank, body["auth_req_id"])) == (400, "invalid_grant")
    bearer = {"Authorization": f"Bearer {made['access_token']}"}
    assert me.get("/userinfo", headers=bearer | SHOWN["bank"].header).status_code == 200
    assert me.get("/userinfo", headers=bearer | SHOWN["second"].header).status_code == 401


def test_fapi_ciba_id1_with_a_second_client(
    me: Person, bank: SigningPortal, second: SigningPortal, number: str
) -> None:
    """A11 (bare): two clients in sequence."""
    for one in (bank, second):
        asked = begin(me, one, number)
        decide(me, open_request(me))
        assert poll(me, one, asked["auth_req_id"]).status_code == 200


def test_fapi_ciba_id1_user_rejects_authentication(me: Person, bank: SigningPortal, number: str) -> None:
    """A11 user-rejects-authentication: access_denied from the token endpoint."""
    asked = begin(me, bank, number)
    decide(me, open_request(me), "deny")
    assert error(poll(me, bank, asked["auth_req_id"])) == (400, "access_denied")


def test_fapi_ciba_id1_multiple_call_to_token_endpoint(me: Person, bank: SigningPortal, number: str) -> None:
    """A11 multiple-call-to-token-endpoint: pending, then slow_down."""
    asked = begin(me, bank, number)
    answers = {error(poll(me, bank, asked["auth_req_id"])) for _ in range(5)}
    assert answers == {(400, "authorization_pending"), (400, "slow_down")}


def test_fapi_ciba_id1_auth_req_id_expired(
    me: Person, bank: SigningPortal, number: str, time_travel: MovableClock
) -> None:
    """A11 auth-req-id-expired: requested_expiry 10, later expired_token."""
    asked = begin(me, bank, number, requested_expiry=10)
    assert asked["expires_in"] == 10
    time_travel.advance(11)
    assert error(poll(me, bank, asked["auth_req_id"])) == (400, "expired_token")


def test_fapi_ciba_id1_ensure_authorization_request_with_binding_message_succeeds(
    me: Person, bank: SigningPortal, number: str
) -> None:
    """A11 ensure-authorization-request-with-binding-message-succeeds: shown to the person."""
    begin(me, bank, number, binding_message=MESSAGE)
    assert MESSAGE in me.get(open_request(me)).text


def test_fapi_ciba_id1_ensure_other_scope_order_succeeds(
    me: Person, bank: SigningPortal, number: str
) -> None:
    """A11 ensure-other-scope-order-succeeds."""
    assert begin(me, bank, number, scope="profile openid")["auth_req_id"]


def test_fapi_ciba_id1_ensure_requested_expiry_as_string_succeeds(
    me: Person, bank: SigningPortal, number: str
) -> None:
    """A11 ensure-requested-expiry-as-string-succeeds: "30" is a number."""
    assert begin(me, bank, number, requested_expiry="30")["expires_in"] == 30


@pytest.mark.parametrize("message", ["1234 " * 40, "\U0001f468\U0001f3fd\u200d\U0001f4bb 办理 \u202e"])
def test_fapi_ciba_id1_ensure_authorization_request_with_potentially_bad_binding_message(
    me: Person, bank: SigningPortal, number: str, message: str
) -> None:
    """A11 ensure-authorization-request-with-potentially-bad-binding-message: invalid_binding_message."""
    answer = ask(me, bank, request_object(bank, number, binding_message=message))
    assert error(answer) == (400, "invalid_binding_message")


@pytest.mark.parametrize("name", ["aud", "iss", "exp", "iat", "nbf", "jti"])
def test_fapi_ciba_id1_ensure_request_object_missing(
    me: Person, bank: SigningPortal, number: str, name: str
) -> None:
    """A11 ensure-request-object-missing-{aud,iss,exp,iat,nbf,jti}-fails: invalid_request."""
    assert error(ask(me, bank, request_object(bank, number, **{name: None}))) == (400, "invalid_request")


BAD: dict[str, Callable[[], dict[str, Any]]] = {
    "bad-aud": lambda: {"aud": "https://other.example"},
    "bad-iss": lambda: {"iss": "second"},
    "expired-exp": lambda: {"exp": now() - 300},
    "exp-70-minutes-in-future": lambda: {"exp": now() + 4200},
    "nbf-10-minutes-in-future": lambda: {"nbf": now() + 600, "exp": now() + 900},
    "nbf-70-minutes-in-past": lambda: {"nbf": now() - 4200},
}


@pytest.mark.parametrize("changes", BAD.values(), ids=BAD.keys())
def test_fapi_ciba_id1_ensure_request_object_bad(
    me: Person, bank: SigningPortal, number: str, changes: Callable[[], dict[str, Any]]
) -> None:
    """A11 ensure-request-object-{bad-aud,bad-iss,expired-exp,…}-fails: invalid_request."""
    assert error(ask(me, bank, request_object(bank, number, **changes()))) == (400, "invalid_request")


def test_fapi_ciba_id1_ensure_request_object_signature_algorithm_is_not_none(
    me: Person, bank: SigningPortal, number: str
) -> None:
    """A11 ensure-request-object-signature-algorithm-is-not-none: invalid_request."""
    body = request_object(bank, number).split(".")[1]
    assert error(ask(me, bank, f"eyJhbGciOiJub25lIn0.{body}.")) == (400, "invalid_request")


def test_fapi_ciba_id1_ensure_request_object_signature_algorithm_is_not_rs256(
    me: Person, bank: SigningPortal, number: str
) -> None:
    """A11 ensure-request-object-signature-algorithm-RS256-fails: invalid_request."""
    key = RSAKey.generate_key(2048)
    signed = bank.sign(
        {"iss": "bank", "aud": ISSUER, "exp": now() + 60, "nbf": now(), "iat": now(), "jti": str(uuid4()),
         "scope": "openid", "login_hint": number}, {"alg": "RS256"}, key,
    )  # fmt: skip
    assert error(ask(me, bank, signed)) == (400, "invalid_request")


def test_fapi_ciba_id1_ensure_request_object_with_invalid_signature_fails(
    me: Person, bank: SigningPortal, number: str
) -> None:
    """A11 ensure-request-object-with-invalid-signature-fails: invalid_request."""
    header, body, signature = request_object(bank, number).split(".")
    wrong = signature[:-6] + ("AAAAAA" if not signature.endswith("AAAAAA") else "BBBBBB")
    assert error(ask(me, bank, f"{header}.{body}.{wrong}")) == (400, "invalid_request")


def test_fapi_ciba_id1_ensure_request_object_signed_by_other_client_fails(
    me: Person, bank: SigningPortal, second: SigningPortal, number: str
) -> None:
    """A11 ensure-request-object-signed-by-other-client-fails: invalid_request."""
    foreign = request_object(second, number, header={"kid": bank.key.kid}, iss="bank")
    assert error(ask(me, bank, foreign)) == (400, "invalid_request")


def test_fapi_ciba_id1_unsigned_backchannel_authorization_request_fails(
    me: Person, bank: SigningPortal, number: str
) -> None:
    """A11 unsigned-backchannel-authorization-request-fails: invalid_request."""
    form = {"scope": "openid", "login_hint": number, **bank.credentials()}
    assert error(me.post("/bc-authorize", form, headers=SHOWN["bank"].header)) == (400, "invalid_request")


def test_fapi_ciba_id1_ensure_authorization_request_with_multiple_hints_fails(
    me: Person, bank: SigningPortal, number: str
) -> None:
    """A11 ensure-authorization-request-with-multiple-hints-fails: invalid_request."""
    asked = request_object(bank, number, id_token_hint="x.y.z")
    assert error(ask(me, bank, asked)) == (400, "invalid_request")


def test_fapi_ciba_id1_ensure_wrong_auth_req_id_in_token_endpoint_request(
    me: Person, bank: SigningPortal, second: SigningPortal, number: str
) -> None:
    """A11 ensure-wrong-auth-req-id-in-token-endpoint-request: another client's id is invalid_grant."""
    asked = begin(me, bank, number)
    decide(me, open_request(me))
    assert error(poll(me, second, asked["auth_req_id"])) == (400, "invalid_grant")
    assert poll(me, bank, asked["auth_req_id"]).status_code == 200


def test_fapi_ciba_id1_ensure_without_client_assertion_in_backchannel_authorization_request_fails(
    me: Person, bank: SigningPortal, number: str
) -> None:
    """A11 ensure-without-client-assertion-in-backchannel-authorization-request-fails: invalid_client."""
    form = {"request": request_object(bank, number), "client_id": "bank"}
    assert error(me.post("/bc-authorize", form, headers=SHOWN["bank"].header)) == (401, "invalid_client")


def test_fapi_ciba_id1_ensure_without_client_assertion_in_token_endpoint_fails(
    me: Person, bank: SigningPortal, number: str
) -> None:
    """A11 ensure-without-client-assertion-in-token-endpoint-fails: invalid_client."""
    asked = begin(me, bank, number)
    form = {"grant_type": CIBA, "auth_req_id": asked["auth_req_id"], "client_id": "bank"}
    assert error(me.post("/token", form, headers=SHOWN["bank"].header)) == (401, "invalid_client")


@pytest.mark.parametrize("path", ["/bc-authorize", "/token"])
def test_fapi_ciba_id1_ensure_client_assertion_signature_algorithm_rs256_fails(
    me: Person, bank: SigningPortal, number: str, path: str
) -> None:
    """A11 ensure-client-assertion-signature-algorithm-in-{backchannel,token}-request-RS256-fails."""
    asked = {"request": request_object(bank, number)} if path != "/token" else {
        "grant_type": CIBA, "auth_req_id": begin(me, bank, number)["auth_req_id"]
    }  # fmt: skip
    assertion = bank.credentials(key=RSAKey.generate_key(2048), alg="RS256")
    answer = me.post(path, asked | assertion, headers=SHOWN["bank"].header)
    assert error(answer) == (401, "invalid_client")


def test_fapi_ciba_id1_ensure_client_assertion_with_iss_aud_to_token_endpoint_succeeds(
    me: Person, bank: SigningPortal, number: str
) -> None:
    """A11 ensure-client-assertion-with-iss-aud-to-token-endpoint-succeeds."""
    asked = begin(me, bank, number)
    decide(me, open_request(me))
    assert poll(me, bank, asked["auth_req_id"], aud=ISSUER).status_code == 200


def test_fapi_ciba_id1_ensure_mtls_holder_of_key_required(
    me: Person, bank: SigningPortal, number: str
) -> None:
    """A11 ensure-mtls-holder-of-key-required: without a certificate no token, and the request is kept."""
    asked = begin(me, bank, number)
    decide(me, open_request(me))
    form = {"grant_type": CIBA, "auth_req_id": asked["auth_req_id"], **bank.credentials()}
    assert error(me.post("/token", form)) == (400, "invalid_request")
    assert poll(me, bank, asked["auth_req_id"]).status_code == 200


def test_fapi_ciba_id1_refresh_token(
    me: Person, bank: SigningPortal, second: SigningPortal, number: str
) -> None:
    """A11 refresh-token: it works for its client with its certificate, and for no other client."""
    asked = begin(me, bank, number)
    decide(me, open_request(me))
    made = poll(me, bank, asked["auth_req_id"]).json or {}
    form = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
    foreign = me.post("/token", form | second.credentials(), headers=SHOWN["second"].header)
    assert error(foreign) == (400, "invalid_grant")
    again = me.post("/token", form | bank.credentials(), headers=SHOWN["bank"].header)
    assert (again.status_code, again.headers["Cache-Control"]) == (200, "no-store")
    fresh = decode((again.json or {})["id_token"])
    first = decode(made["id_token"])
    assert all(fresh[name] == first[name] for name in ("iss", "sub", "aud", "auth_time"))
