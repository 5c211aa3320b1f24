"""Attack book, client credentials as the registry keeps them: C02 C07 C08 C21 C24."""

import dataclasses

import pytest
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

import clients
from clients import client as rules
from clients import service
from clients.client import SecretHash
from idp.base import clock
from idp.base.secret import digest
from tests import registrations
from tests.registrations import apply, entry


def test_c02_a_client_that_proves_itself_with_a_key_or_not_at_all_has_no_secret_that_matches() -> None:
    left_over = (SecretHash(digest=digest("left over")),)
    public = dataclasses.replace(registrations.clients(registrations.native())[0], secrets=left_over)
    assert not public.secret_matches("left over")
    signed = dataclasses.replace(
        registrations.client(), token_endpoint_auth_method="private_key_jwt", secrets=left_over
    )
    assert not signed.secret_matches("left over")


def test_c07_a_secret_is_compared_as_it_is_and_never_decoded() -> None:
    client = dataclasses.replace(registrations.client(), secrets=(SecretHash(digest=digest("p%2B q:r")),))
    assert client.secret_matches("p%2B q:r")
    for other in ("p+ q:r", "p%252B q:r", "p%2B+q:r", "p%2B%20q:r", "P%2B q:r", "p%2B q:r "):
        assert not client.secret_matches(other)


def test_c08_unknown_client_and_wrong_secret_cost_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    known = dataclasses.replace(registrations.client(), secrets=(SecretHash(digest=digest("right")),))
    compared: list[int] = []
    same = rules.same

    def counting(left: str, right: str) -> bool:
        compared.append(len(left) + len(right))
        return same(left, right)

    monkeypatch.setattr(rules, "same", counting)
    assert not clients.secret_matches(known, "wrong")
    for_known = list(compared)
    compared.clear()
    assert not clients.secret_matches(None, "wrong")
    assert compared == for_known


@pytest.mark.usefixtures("stores")
def test_c21_a_key_taken_out_of_the_registration_verifies_nothing_any_more() -> None:
    old, new = (ECKey.generate_key("P-256", {"kid": kid}).as_dict(private=False) for kid in ("old", "new"))
    for key in (old, new):
        apply(entry(token_endpoint_auth_method="private_key_jwt", jwks={"keys": [key]}))
        client = clients.find("portal-a")
        assert client
        assert client.key_set().get_by_kid(key["kid"])
    with pytest.raises((JoseError, ValueError)):
        client.key_set().get_by_kid("old")


def test_c24_an_expired_secret_is_refused() -> None:
    moment = clock.now()
    for expires_at, good in ((moment - 1, False), (moment, False), (moment + 60, True), (None, True)):
        secret = SecretHash(digest=digest("secret"), expires_at=expires_at)
        client = dataclasses.replace(registrations.client(), secrets=(secret,))
        assert client.secret_matches("secret") is good


@pytest.mark.usefixtures("stores")
def test_c24_a_rotated_secret_without_overlap_is_refused_at_once() -> None:
    old = apply(entry())["portal-a"]
    service.rotate_secret("portal-a", overlap=0, operator="t")
    assert not clients.secret_matches(clients.find("portal-a"), old)
