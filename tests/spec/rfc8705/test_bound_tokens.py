"""RFC 8705 §3, §4: tokens bound to a certificate."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.actors import Person, Portal, citizen, decode, portal
from tests.attacks.test_b_token import refusal
from tests.possession import Certified, Holder, certify, proxied
from tests.records import events


@pytest.fixture
def me(app: Flask, stores: None) -> Iterator[Person]:
    """A citizen; the server sees the certificates of clients."""
    with proxied(app) as person:
        person.log_in(citizen())
        yield person


@pytest.fixture
def bank(stores: None) -> Portal:
    """A portal whose tokens are bound to its certificate."""
    return portal("bank", tls_client_certificate_bound_access_tokens=True)


@pytest.fixture
def shown() -> Certified:
    return certify("bank")


@pytest.fixture
def made(me: Person, bank: Portal, shown: Certified) -> dict[str, str]:
    """Bound tokens."""
    answer = me.token(bank, bank.token_form(me.code_for(bank)), **shown.header)
    assert answer.status_code == 200, answer.data
    return dict(answer.json or {})


def userinfo(me: Person, access: str, certificate: Certified | None, scheme: str = "Bearer") -> TestResponse:
    headers = {"Authorization": f"{scheme} {access}", **(certificate.header if certificate else {})}
    return me.get("/userinfo", headers=headers)


def test_3_1_the_token_holds_the_thumbprint(made: dict[str, str], shown: Certified) -> None:
    """RFC 8705 §3.1: cnf holds x5t#S256, the SHA-256 of the certificate's DER form."""
    assert decode(made["access_token"])["cnf"] == {"x5t#S256": shown.thumbprint}
    assert made["token_type"] == "Bearer"


def test_3_2_introspection_tells_it_too(
    me: Person, bank: Portal, made: dict[str, str], shown: Certified
) -> None:
    """RFC 8705 §3.2: cnf stands in the introspection response."""
    told = me.post("/introspect", {"token": made["access_token"]}, headers=bank.basic).json or {}
    assert (told["cnf"], told["token_type"]) == ({"x5t#S256": shown.thumbprint}, "Bearer")


def test_3_the_resource_takes_the_token_with_its_certificate_alone(
    me: Person, made: dict[str, str], shown: Certified
) -> None:
    """RFC 8705 §3: another certificate, or none, is refused with 401 and invalid_token."""
    assert userinfo(me, made["access_token"], shown).status_code == 200
    for other in (certify("bank"), None):
        answer = userinfo(me, made["access_token"], other)
        assert answer.status_code == 401
        assert 'Bearer realm="userinfo", error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert events("token.refuse")[-1].reason == "mtls.certificate"


def test_3_a_token_without_a_binding_does_not_mind_a_certificate(me: Person, shown: Certified) -> None:
    """RFC 8705 §3: an ordinary token stays one."""
    plain = me.tokens(portal("tax"))["access_token"]
    assert userinfo(me, plain, shown).status_code == 200


def test_3_in_a_form_the_certificate_is_demanded_as_well(
    me: Person, made: dict[str, str], shown: Certified
) -> None:
    """RFC 8705 §3: however the token is sent."""
    form = {"access_token": made["access_token"]}
    assert me.post("/userinfo", form).status_code == 401
    assert me.post("/userinfo", form, headers=shown.header).status_code == 200


def test_3_4_the_registration_makes_a_certificate_necessary(me: Person, bank: Portal) -> None:
    """RFC 8705 §3.4: tls_client_certificate_bound_access_tokens; no certificate, no token, no code spent."""
    form = bank.token_form(me.code_for(bank))
    assert refusal(me.token(bank, form)) == (400, "invalid_request")
    assert me.token(bank, form, **certify("bank").header).status_code == 200


def test_one_way_of_binding_in_a_request(me: Person, bank: Portal, shown: Certified) -> None:
    """RFC 8705 §3.4: a client registered for its certificate does not bind by DPoP."""
    form = bank.token_form(me.code_for(bank))
    answer = me.token(bank, form, DPoP=Holder().proof(), **shown.header)
    assert refusal(answer) == (400, "invalid_request")


def test_4_a_public_clients_refresh_token_is_bound_to_the_certificate(me: Person, shown: Certified) -> None:
    """RFC 8705 §4: public clients get refresh tokens that need the certificate."""
    phone = portal(
        "phone", token_endpoint_auth_method="none", application_type="native",
        redirect_uris=("http://127.0.0.1/cb",), tls_client_certificate_bound_access_tokens=True,
    )  # fmt: skip
    named = {"client_id": "phone"}
    form = phone.token_form(me.code_for(phone)) | named
    first = me.post("/token", form, headers=shown.header).json or {}
    again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]} | named
    other = me.post("/token", again, headers=certify("phone").header)
    assert refusal(other) == (400, "invalid_grant")
    assert refusal(me.post("/token", again)) == (400, "invalid_request")
    assert me.post("/token", again, headers=shown.header).status_code == 200


def test_6_3_a_confidential_client_may_change_its_certificate(
    me: Person, bank: Portal, made: dict[str, str]
) -> None:
    """RFC 8705 §6.3, §7.1: its refresh tokens are bound to itself, so that certificates can be renewed."""
    new = certify("bank")
    form = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
    answer = me.token(bank, form, **new.header)
    assert decode((answer.json or {})["access_token"])["cnf"] == {"x5t#S256": new.thumbprint}
    assert refusal(me.token(bank, {**form, "refresh_token": (answer.json or {})["refresh_token"]})) == (
        400,
        "invalid_request",
    )
