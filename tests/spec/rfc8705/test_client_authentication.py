"""RFC 8705 §2: a client proves itself by its certificate."""

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from flask import Flask
from werkzeug.test import TestResponse

from clients import client_keys
from tests.actors import Person, Portal, service
from tests.attacks.test_b_token import refusal
from tests.conftest import MovableClock
from tests.keyhost import key_host
from tests.possession import Certified, certify, proxied
from tests.records import one_event

GRANT = {"grant_type": "client_credentials", "client_id": "machine"}
AUTHORITY = certify("Demo Authority", authority=True)


def names(*listed: x509.GeneralName) -> x509.ExtensionType:
    return x509.SubjectAlternativeName(listed)


@pytest.fixture
def outside(app: Flask, stores: None, tmp_path: Path) -> Iterator[Person]:
    """Systems behind a proxy that sees their certificates; one authority is known."""
    file = tmp_path / "authorities.pem"
    file.write_bytes(certify("Another Authority", authority=True).pem + AUTHORITY.pem)
    with proxied(app, client_certificate_authorities=str(file)) as person:
        yield person


def known_by(**names: str) -> Portal:
    """A system known by a name that an authority certifies."""
    return service(token_endpoint_auth_method="tls_client_auth", **names)


def ask(outside: Person, shown: Certified | None, **form: str) -> TestResponse:
    return outside.post("/token", GRANT | form, headers=shown.header if shown else {})


def test_2_1_a_certificate_of_an_authority_for_the_registered_subject(outside: Person) -> None:
    """RFC 8705 §2.1: the subject matches the registered one, and the chain is validated."""
    known_by(tls_client_auth_subject_dn="CN=machine,C=CN")
    assert ask(outside, certify("machine", AUTHORITY)).status_code == 200


@pytest.mark.parametrize(
    ("member", "value", "name"),
    [
        ("tls_client_auth_san_dns", "m.example.gov", x509.DNSName("m.example.gov")),
        ("tls_client_auth_san_dns", "m.example.gov", x509.DNSName("M.Example.gov")),
        ("tls_client_auth_san_uri", "urn:demo:m", x509.UniformResourceIdentifier("urn:demo:m")),
        ("tls_client_auth_san_ip", "192.0.2.7", x509.IPAddress(ip_address("192.0.2.7"))),
        ("tls_client_auth_san_ip", "2001:db8::7", x509.IPAddress(ip_address("2001:db8:0::7"))),
        ("tls_client_auth_san_email", "m@example.gov", x509.RFC822Name("m@example.gov")),
    ],
)
def test_2_1_2_or_for_one_registered_alternative_name(
    outside: Person, member: str, value: str, name: x509.GeneralName
) -> None:
    """RFC 8705 §2.1.2: one of the tls_client_auth_san members names what the certificate must hold."""
    known_by(**{member: value})
    other = x509.DNSName("other.example.gov")
    assert ask(outside, certify("any", AUTHORITY, extensions=[names(other, name)])).status_code == 200
    assert refusal(ask(outside, certify("any", AUTHORITY, extensions=[names(other)]))) == REFUSED
    assert refusal(ask(outside, certify("any", AUTHORITY))) == REFUSED


REFUSED = (401, "invalid_client")


@pytest.mark.parametrize(
    "dn", ["C=CN,CN=machine", "CN=machine", "CN=Machine,C=CN", "CN=machine,O=x,C=CN", "CN=machine+C=CN"]
)
def test_2_1_another_subject_is_refused(outside: Person, dn: str) -> None:
    """RFC 8705 §2.1: the subject is compared as a name, in order and in full."""
    known_by(tls_client_auth_subject_dn=dn)
    with one_event("client.auth_failed"):
        assert refusal(ask(outside, certify("machine", AUTHORITY))) == REFUSED


def test_2_1_a_wildcard_matches_nothing(outside: Person) -> None:
    """RFC 8705 §2.1.2: a name in the certificate is compared as it stands."""
    known_by(tls_client_auth_san_dns="m.example.gov")
    shown = certify("any", AUTHORITY, extensions=[names(x509.DNSName("*.example.gov"))])
    assert refusal(ask(outside, shown)) == REFUSED


def test_2_1_only_a_known_authority_is_believed(outside: Person) -> None:
    """RFC 8705 §2.1: the right name, by whoever else wrote it, proves nothing."""
    known_by(tls_client_auth_subject_dn="CN=machine,C=CN")
    twin = certify("Demo Authority", authority=True)
    leaf = certify("another", AUTHORITY)
    for wrong in (certify("machine"), certify("machine", twin), certify("machine", leaf)):
        assert refusal(ask(outside, wrong)) == REFUSED


def test_2_1_a_certificate_is_taken_in_its_time_and_for_clients(outside: Person) -> None:
    """RFC 8705 §2.1, RFC 5280 §6.1, §4.2.1.12: validity and purpose are part of the path's validation."""
    known_by(tls_client_auth_subject_dn="CN=machine,C=CN")
    for begins, ends in ((-7200, -3600), (3600, 7200)):
        assert refusal(ask(outside, certify("machine", AUTHORITY, begins=begins, ends=ends))) == REFUSED
    server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    assert refusal(ask(outside, certify("machine", AUTHORITY, extensions=[server]))) == REFUSED
    client = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    assert ask(outside, certify("machine", AUTHORITY, extensions=[client])).status_code == 200


def test_2_the_client_id_is_in_the_form(outside: Person) -> None:
    """RFC 8705 §2: for all requests the client includes client_id."""
    known_by(tls_client_auth_subject_dn="CN=machine,C=CN")
    shown = certify("machine", AUTHORITY)
    form = {"grant_type": "client_credentials"}
    assert refusal(outside.post("/token", form, headers=shown.header)) == REFUSED
    assert refusal(ask(outside, shown, client_id="nobody")) == REFUSED


def test_2_no_other_method_does_instead(outside: Person) -> None:
    """RFC 8705 §2, RFC 6749 §2.3: the registered method and no other; no certificate, no client."""
    machine = known_by(tls_client_auth_subject_dn="CN=machine,C=CN")
    assert refusal(ask(outside, None)) == REFUSED
    for more in ({"client_secret": "x"}, {"client_assertion": "x", "client_assertion_type": "y"}):
        assert ask(outside, certify("machine", AUTHORITY), **more).status_code in (400, 401)
    assert outside.post("/token", GRANT, headers=machine.basic).status_code == 401


def test_2_2_a_self_signed_certificate_is_the_registered_one(outside: Person) -> None:
    """RFC 8705 §2.2: the certificate is one of those in the client's keys (x5c)."""
    first, second, other = certify("a"), certify("b"), certify("a")
    service(token_endpoint_auth_method="self_signed_tls_client_auth", jwks={"keys": [first.jwk, second.jwk]})
    assert [ask(outside, one).status_code for one in (first, second)] == [200, 200]
    for wrong in (other, certify("a", first), None):
        assert refusal(ask(outside, wrong)) == REFUSED


def test_2_2_a_self_signed_certificate_has_its_time(outside: Person) -> None:
    """RFC 8705 §2.2: who else but the certificate says how long its key is good?"""
    ended = certify("a", begins=-7200, ends=-3600)
    service(token_endpoint_auth_method="self_signed_tls_client_auth", jwks={"keys": [ended.jwk]})
    assert refusal(ask(outside, ended)) == REFUSED


def test_2_2_2_certificates_may_stand_at_the_clients_address(
    outside: Person, time_travel: MovableClock
) -> None:
    """RFC 8705 §2.2.2: jwks_uri serves certificates too, and a new one is found there."""
    old, new = certify("a"), certify("a")
    with key_host(old.jwk) as host:
        service(token_endpoint_auth_method="self_signed_tls_client_auth", jwks_uri=host.uri)
        assert ask(outside, old).status_code == 200
        host.publish(old.jwk, new.jwk)
        time_travel.advance(client_keys.AGAIN + 1)
        assert ask(outside, new).status_code == 200
        assert host.visits == 2
        assert refusal(ask(outside, certify("a"))) == REFUSED


def test_2_a_certificate_beside_another_method_is_no_second_method(outside: Person) -> None:
    """RFC 8705 §3: a client that proves itself by a secret may still show a certificate for its tokens."""
    machine = service(tls_client_certificate_bound_access_tokens=True)
    shown = certify("any")
    form = {"grant_type": "client_credentials"}
    assert outside.post("/token", form, headers=machine.basic | shown.header).status_code == 200


def test_introspection_and_revocation_take_certificates_too(outside: Person) -> None:
    """RFC 8705 §2: client authentication by certificate is for every endpoint that authenticates clients."""
    shown = certify("machine", AUTHORITY)
    known_by(tls_client_auth_subject_dn="CN=machine,C=CN", introspects=("machine",))
    access = (ask(outside, shown).json or {})["access_token"]
    form: dict[str, Any] = {"client_id": "machine", "token": access}
    assert (outside.post("/introspect", form, headers=shown.header).json or {})["active"] is True
    assert outside.post("/revoke", form).status_code == 401
    assert outside.post("/revoke", form, headers=shown.header).status_code == 200
    assert outside.post("/introspect", form, headers=shown.header).json == {"active": False}
