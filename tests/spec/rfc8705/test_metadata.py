"""RFC 8705 §3.3, §5: what discovery says, and the second origin."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from idp.oidc.endpoints import metadata
from tests.actors import ISSUER, Person, portal, service
from tests.possession import Certified, Holder, certify, proxied

OTHER = "http://127.0.0.1:8443"
DISCOVERY = "/.well-known/openid-configuration"


def told(person: Person) -> dict[str, Any]:
    return dict(person.get(DISCOVERY).json or {})


@pytest.fixture
def authority() -> Certified:
    return certify("Demo Authority", authority=True)


def test_where_nobody_sees_certificates_none_are_announced(me: Person) -> None:
    """RFC 8705 §3.3: omitted, the value is false."""
    document = told(me)
    assert not {"tls_client_certificate_bound_access_tokens", "mtls_endpoint_aliases"} & document.keys()
    methods = document["token_endpoint_auth_methods_supported"]
    assert not {"tls_client_auth", "self_signed_tls_client_auth"} & set(methods)


def test_3_3_bound_tokens_are_announced(app: Flask, stores: None) -> None:
    """RFC 8705 §3.3, §2.1.1, §2.2.1: bound tokens, and the methods that can succeed here."""
    with proxied(app) as person:
        document = told(person)
        assert document["tls_client_certificate_bound_access_tokens"] is True
        for endpoint in ("token", "introspection", "revocation"):
            methods = document[f"{endpoint}_endpoint_auth_methods_supported"]
            assert "self_signed_tls_client_auth" in methods
            assert "tls_client_auth" not in methods


def test_2_1_1_the_method_of_authorities_is_announced_where_there_are_some(
    app: Flask, stores: None, tmp_path: Path, authority: Certified
) -> None:
    """RFC 8705 §2.1.1: tls_client_auth needs authorities."""
    file = tmp_path / "authorities.pem"
    file.write_bytes(authority.pem)
    metadata._document.cache_clear()
    with proxied(app, client_certificate_authorities=str(file)) as person:
        assert "tls_client_auth" in told(person)["token_endpoint_auth_methods_supported"]
    metadata._document.cache_clear()


def test_5_aliases_are_announced_for_what_machines_call(app: Flask, stores: None) -> None:
    """RFC 8705 §5: mtls_endpoint_aliases names the same endpoints under the other origin."""
    with proxied(app, mtls_origin=OTHER) as person:
        document = told(person)
        aliases = document["mtls_endpoint_aliases"]
        assert {
            "token_endpoint",
            "userinfo_endpoint",
            "pushed_authorization_request_endpoint",
        } <= aliases.keys()
        for name, address in aliases.items():
            assert address == document[name].replace(ISSUER, OTHER)
        assert "authorization_endpoint" not in aliases


def test_5_the_aliases_are_served_and_pages_are_not(app: Flask, stores: None) -> None:
    """RFC 8705 §5: the other origin is for machines; a page there would have no session."""
    with proxied(app, mtls_origin=OTHER) as person:
        bank = portal("bank", tls_client_certificate_bound_access_tokens=True)
        form = {"grant_type": "refresh_token", "refresh_token": "x"}
        headers = bank.basic | certify("bank").header
        answer = person.http.post("/token", data=form, base_url=OTHER, headers=headers)
        assert (answer.json or {})["error"] == "invalid_grant"
        for path in ("/", "/authorize", "/login/x", "/end_session", "/account"):
            assert person.http.get(path, base_url=OTHER).status_code == 421


def test_5_certificates_are_believed_there_alone(app: Flask, stores: None) -> None:
    """RFC 8705 §6.4: at the issuer's origin no proxy writes the header; whoever did is not believed."""
    with proxied(app, mtls_origin=OTHER) as person:
        machine = service(tls_client_certificate_bound_access_tokens=True)
        form, headers = {"grant_type": "client_credentials"}, machine.basic | certify("machine").header
        statuses = {
            origin: person.http.post("/token", data=form, base_url=origin, headers=headers).status_code
            for origin in (ISSUER, OTHER)
        }
        assert statuses == {ISSUER: 400, OTHER: 200}


def test_5_a_proof_names_the_origin_that_was_asked(app: Flask, stores: None) -> None:
    """RFC 9449 §4.3 (9): at an alias the proof is for the alias."""
    with proxied(app, mtls_origin=OTHER) as person:
        tax, holder = portal("tax"), Holder()
        form = {"grant_type": "refresh_token", "refresh_token": "x"}
        for htu, error in ((OTHER, "invalid_grant"), (ISSUER, "invalid_dpop_proof")):
            headers = tax.basic | {"DPoP": holder.proof(htu=f"{htu}/token")}
            answer = person.http.post("/token", data=form, base_url=OTHER, headers=headers)
            assert (answer.json or {})["error"] == error
