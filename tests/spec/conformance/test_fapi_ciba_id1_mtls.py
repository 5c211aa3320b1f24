"""Checklist A11: the rows of FAPI-CIBA for clients that prove themselves by a certificate."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from idp import persons
from idp.oidc.endpoints import metadata
from tests.actors import Person, citizen
from tests.approving import CIBA, decide, open_request, with_phone
from tests.ciba import AUTHORITY, SHOWN, client, error, request_object
from tests.possession import proxied
from tests.records import nothing_changed
from tests.signing import SigningPortal


@pytest.fixture
def me(app: Flask, stores: None, tmp_path: Path) -> Iterator[Person]:
    """A citizen with a phone; the server sees certificates and knows who issues them."""
    file = tmp_path / "authorities.pem"
    file.write_bytes(AUTHORITY.pem)
    metadata._document.cache_clear()
    with proxied(app, client_certificate_authorities=str(file)) as person:
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


def certified(client_id: str) -> SigningPortal:
    """A client of the plan that is known by the subject of its certificate."""
    own: dict[str, Any] = {
        "token_endpoint_auth_method": "tls_client_auth",
        "token_endpoint_auth_signing_alg": "",
        "tls_client_auth_subject_dn": f"CN={client_id},C=CN",
    }
    return client(client_id, **own)


@pytest.fixture
def bank(me: Person) -> SigningPortal:
    certified("second")
    return certified("bank")


def test_fapi_ciba_id1_mtls(me: Person, bank: SigningPortal, number: str) -> None:
    """A11 (bare), mtls: asked, approved, fetched, by the certificate alone."""
    form = {"client_id": "bank", "request": request_object(bank, number)}
    asked = me.post("/bc-authorize", form, headers=SHOWN["bank"].header)
    assert asked.status_code == 200, asked.data
    from idp.approvals import jobs

    jobs.announce_due()
    decide(me, open_request(me))
    poll = {"grant_type": CIBA, "auth_req_id": (asked.json or {})["auth_req_id"], "client_id": "bank"}
    assert me.post("/token", poll, headers=SHOWN["bank"].header).status_code == 200


def test_fapi_ciba_id1_ensure_different_client_id_and_issuer_in_backchannel_authorization_request(
    me: Person, bank: SigningPortal, number: str
) -> None:
    """A11 ensure-different-client-id-and-issuer-...: client 2's id beside client 1's object: 401."""
    form = {"client_id": "second", "request": request_object(bank, number)}
    with nothing_changed():
        answer = me.post("/bc-authorize", form, headers=SHOWN["bank"].header)
    assert error(answer) == (401, "invalid_client")


def test_fapi_ciba_id1_ensure_wrong_client_id_in_backchannel_and_token_request(
    me: Person, bank: SigningPortal, number: str
) -> None:
    """A11 ensure-wrong-client-id-in-{backchannel,token}-...: another's id with one's own certificate."""
    form = {"client_id": "bank", "request": request_object(bank, number)}
    asked = me.post("/bc-authorize", form, headers=SHOWN["bank"].header).json or {}
    with nothing_changed():
        wrong = me.post("/bc-authorize", form | {"client_id": "nobody"}, headers=SHOWN["bank"].header)
        poll = {"grant_type": CIBA, "auth_req_id": asked["auth_req_id"], "client_id": "second"}
        stolen = me.post("/token", poll, headers=SHOWN["bank"].header)
    assert error(wrong) == error(stolen) == (401, "invalid_client")
