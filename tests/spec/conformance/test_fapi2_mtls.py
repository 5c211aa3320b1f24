"""Checklist A9, the FAPI 2.0 Security Profile plan: the rows about mutual TLS."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp.oidc.endpoints import metadata
from tests.actors import Person, citizen, decode
from tests.possession import Certified, certify, proxied
from tests.signing import SigningPortal, signing_portal

AUTHORITY = certify("Demo Authority", authority=True)
ALIAS = "https://mtls.id.example"


@pytest.fixture
def me(app: Flask, stores: None, tmp_path: Path) -> Iterator[Person]:
    """A citizen, and clients whose certificates the server sees."""
    file = tmp_path / "authorities.pem"
    file.write_bytes(AUTHORITY.pem)
    metadata._document.cache_clear()
    with proxied(app, client_certificate_authorities=str(file)) as person:
        person.log_in(citizen())
        yield person
    metadata._document.cache_clear()


def certified(client_id: str) -> SigningPortal:
    """A client of the profile that has a certificate for everything."""
    return signing_portal(
        client_id,
        "fapi2",
        token_endpoint_auth_method="tls_client_auth",
        tls_client_auth_subject_dn=f"CN={client_id},C=CN",
        tls_client_certificate_bound_access_tokens=True,
        dpop_bound_access_tokens=False,
        jwks={},
    )


def code(me: Person, client: SigningPortal, shown: Certified) -> str:
    pushed = me.post("/par", client.request(), headers=shown.header)
    assert pushed.status_code == 201, pushed.data
    return client.response(me, (pushed.json or {})["request_uri"])["code"]


def redeem(me: Person, client: SigningPortal, code: str, shown: Certified | None) -> TestResponse:
    form = client.token_form(code) | {"client_id": client.client.client_id}
    return me.post("/token", form, headers=shown.header if shown else {})


def test_fapi2_discovery_end_point_verification(me: Person, app: Flask) -> None:
    """A9 discovery-end-point-verification, mTLS: bound tokens, the method, and the aliases when present."""
    document = me.get("/.well-known/openid-configuration").json or {}
    assert document["tls_client_certificate_bound_access_tokens"] is True
    assert "tls_client_auth" in document["token_endpoint_auth_methods_supported"]
    metadata._document.cache_clear()
    with proxied(app, mtls_origin=ALIAS) as person:
        aliases = (person.get("/.well-known/openid-configuration").json or {})["mtls_endpoint_aliases"]
    assert aliases["token_endpoint"] == f"{ALIAS}/token"


def test_fapi2_happy_flow_mtls(me: Person) -> None:
    """A9 happy-flow, client_auth_type and sender_constrain mtls."""
    bank, shown = certified("bank"), certify("bank", AUTHORITY)
    made = redeem(me, bank, code(me, bank, shown), shown).json or {}
    assert decode(made["access_token"])["cnf"] == {"x5t#S256": shown.thumbprint}
    headers = {"Authorization": f"Bearer {made['access_token']}"} | shown.header
    assert me.get("/userinfo", headers=headers).status_code == 200


def test_fapi2_ensure_holder_of_key_required_mtls(me: Person) -> None:
    """A9 ensure-holder-of-key-required, mTLS: no certificate, or another client's, is invalid_client."""
    bank, shown = certified("bank"), certify("bank", AUTHORITY)
    for wrong in (None, certify("second", AUTHORITY), certify("bank")):
        answer = redeem(me, bank, code(me, bank, shown), wrong)
        assert (answer.status_code, (answer.json or {})["error"]) == (401, "invalid_client")


def test_fapi2_ensure_holder_of_key_required_private_key_jwt(me: Person) -> None:
    """A9 ensure-holder-of-key-required, private_key_jwt with mTLS-bound tokens: invalid_request."""
    bank = signing_portal(
        "bank", "fapi2", tls_client_certificate_bound_access_tokens=True, dpop_bound_access_tokens=False
    )
    form = bank.token_form(bank.code(me)) | bank.credentials()
    answer = me.post("/token", form)
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_request")


def test_fapi2_par_without_a_certificate(me: Person) -> None:
    """A9, PAR: with private_key_jwt no certificate is sent to PAR, and none is needed there."""
    bank = signing_portal(
        "bank", "fapi2", tls_client_certificate_bound_access_tokens=True, dpop_bound_access_tokens=False
    )
    assert bank.pushed(me).startswith("urn:ietf:params:oauth:request_uri:")


def test_fapi2_resource_refuses_the_certificate_of_client_1_with_the_token_of_client_2(me: Person) -> None:
    """A9, resource server: 4xx."""
    bank, second = certified("bank"), certified("second")
    one, two = certify("bank", AUTHORITY), certify("second", AUTHORITY)
    made = redeem(me, second, code(me, second, two), two).json or {}
    assert redeem(me, bank, code(me, bank, one), one).status_code == 200
    headers = {"Authorization": f"Bearer {made['access_token']}"} | one.header
    assert me.get("/userinfo", headers=headers).status_code == 401


def test_fapi2_ensure_client_id_in_token_endpoint_mtls(me: Person) -> None:
    """A9 ensure-client-id-in-token-endpoint, mTLS: client 2's id with client 1's certificate."""
    bank, shown = certified("bank"), certify("bank", AUTHORITY)
    certified("second")
    form = bank.token_form(code(me, bank, shown)) | {"client_id": "second"}
    answer = me.post("/token", form, headers=shown.header)
    assert (answer.status_code, (answer.json or {})["error"]) == (401, "invalid_client")


def test_fapi2_refresh_token_mtls(me: Person) -> None:
    """A9 refresh-token, mTLS: with the certificate, not without, not by another client."""
    bank, shown = certified("bank"), certify("bank", AUTHORITY)
    made = redeem(me, bank, code(me, bank, shown), shown).json or {}
    form = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"], "client_id": "bank"}
    assert me.post("/token", form, headers=shown.header).status_code == 200
    assert me.post("/token", form).status_code == 401
    certified("second")
    other = certify("second", AUTHORITY)
    answer = me.post("/token", form | {"client_id": "second"}, headers=other.header)
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_grant")
