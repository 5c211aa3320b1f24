"""RFC 9440: the certificate as a proxy hands it on; and nginx's own form."""

import base64
from urllib.parse import quote

import pytest
from flask import Flask

from tests.actors import Person, Portal, service
from tests.possession import Certified, certify, proxied

FORM = {"grant_type": "client_credentials"}


@pytest.fixture
def shown() -> Certified:
    return certify("machine")


@pytest.fixture
def machine(stores: None) -> Portal:
    """A system whose tokens are bound to its certificate."""
    return service(tls_client_certificate_bound_access_tokens=True)


def ask(person: Person, machine: Portal, header: str) -> int:
    return person.post("/token", FORM, headers=machine.basic | {"Client-Cert": header}).status_code


def test_2_2_it_is_a_byte_sequence_with_the_der_form(app: Flask, machine: Portal, shown: Certified) -> None:
    """RFC 9440 §2.2: Client-Cert is an Item, a Byte Sequence, of the certificate's DER form."""
    with proxied(app) as person:
        assert ask(person, machine, shown.header["Client-Cert"]) == 200


def test_nginx_writes_it_as_escaped_pem(app: Flask, machine: Portal, shown: Certified) -> None:
    """RFC 9440 §2 (deviating): $ssl_client_escaped_cert, where the settings say so."""
    with proxied(app, client_certificate="nginx") as person:
        assert ask(person, machine, shown.nginx["Client-Cert"]) == 200
        assert ask(person, machine, shown.header["Client-Cert"]) == 400


@pytest.mark.parametrize("form", ["rfc9440", "nginx"])
def test_what_holds_no_certificate_is_refused(
    app: Flask, machine: Portal, shown: Certified, form: str
) -> None:
    """RFC 9440 §2.2: what cannot be parsed is not passed over."""
    der = shown.header["Client-Cert"]
    wrong = [
        "x", ":", "::", ":%%%:", f":{base64.b64encode(b'x').decode()}:", f"{der}, {der}", f"{der};a=1",
        der[1:-1],
        quote("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"), quote(shown.pem[:-60]),
        shown.header["Client-Cert"] if form == "nginx" else shown.nginx["Client-Cert"],
        ":" + "A" * 20_000 + ":",
    ]  # fmt: skip
    with proxied(app, client_certificate=form) as person:
        assert {value: ask(person, machine, value) for value in wrong} == dict.fromkeys(wrong, 400)


def test_4_it_is_taken_from_trusted_proxies_alone(app: Flask, machine: Portal, shown: Certified) -> None:
    """RFC 9440 §4: what anybody else sends is refused, so that a proxy left out of the settings shows."""
    with proxied(app, trusted_proxies=("192.0.2.0/24",)) as person:
        for origin, status in (("192.0.2.9", 200), ("198.51.100.9", 400), ("127.0.0.1", 400)):
            answer = person.post(
                "/token", FORM, headers=machine.basic | shown.header, environ_base={"REMOTE_ADDR": origin}
            )
            assert answer.status_code == status, origin


def test_4_where_no_proxy_hands_certificates_on_the_header_is_dropped(
    me: Person, machine: Portal, shown: Certified
) -> None:
    """RFC 9440 §4: it means nothing then, whoever sends it."""
    answer = me.post("/token", FORM, headers=machine.basic | shown.header)
    assert (answer.status_code, (answer.json or {})["error_description"]) == (
        400,
        "a client certificate is required",
    )
    assert me.get("/jwks", headers=shown.header).status_code == 200
