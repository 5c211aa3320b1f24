"""The full ID number as it really comes about: applied for, decided by two, asked of a citizen, ended."""

import json

import pytest
from flask import Flask
from joserfc.jwk import ECKey

import clients
from clients.applications import jobs
from tests.actors import Person, citizen
from tests.applying import APPROVER, DAY, REVIEWER, decide, officer, restricted, submitted
from tests.conftest import MovableClock
from tests.recipient import EC, opened
from tests.records import events
from tests.signing import SigningPortal

pytestmark = pytest.mark.usefixtures("stores", "catalogue")

NUMBER = "010101198504123013"
NEED = {"scope": "openid idcard", "purpose": "核对领取人身份", "item_code": "DEMO-ITEM-0001"}


def approved() -> SigningPortal:
    """A portal in production by an application, with a key to sign by and one to be written to."""
    key = ECKey.generate_key("P-256", {"kid": "portal-a-1", "use": "sig", "alg": "ES256"})
    keys = [key.as_dict(private=False), EC.as_dict(private=False)]
    made = submitted(**restricted(jwks={"keys": keys}, jwks_uri=""))
    decide(made, officer("first", REVIEWER))
    decide(made, officer("second", APPROVER))
    assert jobs.begin_approved() == 1
    client = clients.find("portal-a")
    assert client
    return SigningPortal(client=client, secret="", key=key)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_what_two_officers_granted_is_given_until_its_day(app: Flask, time_travel: MovableClock) -> None:
    person, portal = Person(app), approved()
    known = citizen(NUMBER)
    person.log_in(known, methods=("pwd", "otp"))
    form = portal.token_form(person.code_for(portal, **NEED)) | portal.credentials()
    got = person.post("/token", form).json or {}
    assert got["scope"] == "openid idcard"
    answer = person.get("/userinfo", headers=bearer(got["access_token"]))
    assert json.loads(opened(answer.text).text)["id_number"] == NUMBER
    (event,) = events("idcard.release")
    assert (event.person, event.client, event.outcome) == (known, "portal-a", "success")
    time_travel.advance(301 * DAY)
    clients.forget()
    person.log_in(known, methods=("pwd", "otp"))
    form = portal.token_form(person.code_for(portal, **NEED)) | portal.credentials()
    later = person.post("/token", form).json or {}
    assert later["scope"] == "openid"
