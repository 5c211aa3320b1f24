"""What tokens of an approval are bound to, for whom they are, and what in particular they allow."""

import json

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.actors import Person, citizen, decode
from tests.approving import (
    DEVICE_CODE,
    Device,
    approve_device,
    ask_for_codes,
    decide,
    error,
    hidden,
    kiosk,
    open_code,
)
from tests.possession import Holder
from tests.records import events

pytestmark = pytest.mark.usefixtures("stores", "catalogue")

HOLDER = Holder()
SERVICE = "https://archive.example.gov/"
DETAIL = {
    "type": "elicense_read",
    "licence_type": "11100000MB0",
    "purpose": "劳动合同",
    "item_code": "DEMO-ITEM-0001",
    "case_id": "C-1",
}


@pytest.fixture
def sure(app: Flask) -> Person:
    """The browser of somebody who logged in with two factors just now."""
    person = Person(app)
    person.log_in(citizen(), ial=3, methods=("pwd", "otp"))
    return person


def poll(device: Device, proof: str = "") -> TestResponse:
    form = {"grant_type": DEVICE_CODE, "device_code": device.codes["device_code"]}
    headers = device.client.basic | ({"DPoP": proof} if proof else {})
    return device.http.post("/token", form, headers=headers)


def test_tokens_are_bound_to_the_key_of_the_poll_that_fetched_them(me: Person) -> None:
    device = ask_for_codes(me, kiosk(dpop_bound_access_tokens=True))
    approve_device(me, device)
    assert error(poll(device)) == (400, "invalid_dpop_proof")
    body = poll(device, HOLDER.proof()).json or {}
    assert body["token_type"] == "DPoP"
    assert decode(body["access_token"])["cnf"] == {"jkt": HOLDER.thumbprint}
    assert me.get("/userinfo", headers=HOLDER.show(body["access_token"])).status_code == 200


def test_a_proof_shown_twice_does_not_cost_the_approval(me: Person) -> None:
    device = ask_for_codes(me, kiosk(dpop_bound_access_tokens=True))
    proof = HOLDER.proof()
    assert error(poll(device, proof)) == (400, "authorization_pending")
    approve_device(me, device)
    assert error(poll(device, proof)) == (400, "invalid_dpop_proof")
    assert poll(device, HOLDER.proof()).status_code == 200


def test_a_device_may_ask_for_a_service_by_name(me: Person) -> None:
    client = kiosk(resources=(SERVICE,))
    device = ask_for_codes(me, client, resource=SERVICE)
    approve_device(me, device)
    assert decode((device.poll().json or {})["access_token"])["aud"] == SERVICE
    assert error(me.post("/device_authorization", {"resource": "https://x/"}, headers=client.basic)) == (
        400,
        "invalid_target",
    )


def test_what_is_asked_in_particular_is_shown_each_time_and_given_as_it_was_shown(sure: Person) -> None:
    client = kiosk(authorization_details_types=("elicense_read",))
    for _ in range(2):
        device = ask_for_codes(sure, client, authorization_details=json.dumps([DETAIL]))
        path = open_code(sure, device.user_code)
        asked = sure.post(path, {**hidden(sure.get(path)), "decision": "approve"}).location
        assert "/consent/" in asked, "it is never remembered"
        assert "劳动合同" in sure.get(asked).text
        sure.get(sure.agree(asked).location)
        assert (device.poll().json or {})["authorization_details"] == [DETAIL]


def test_a_yes_to_other_details_approves_nothing(sure: Person) -> None:
    client = kiosk(authorization_details_types=("elicense_read",))
    other = DETAIL | {"purpose": "赠与合同"}
    first = ask_for_codes(sure, client, authorization_details=json.dumps([DETAIL]))
    second = ask_for_codes(sure, client, authorization_details=json.dumps([other]))
    paths = [open_code(sure, device.user_code) for device in (first, second)]
    asked = [sure.post(path, {**hidden(sure.get(path)), "decision": "approve"}).location for path in paths]
    back = sure.agree(asked[0]).location
    sure.get(f"{paths[1]}?{back.partition('?')[2]}")
    assert error(second.poll()) == (400, "authorization_pending")


def test_a_refused_poll_is_recorded_and_a_waiting_one_is_not(me: Person) -> None:
    device = ask_for_codes(me, kiosk())
    device.poll()
    assert events("token.refuse") == []
    decide(me, open_code(me, device.user_code), "deny")
    device.poll()
    assert len(events("token.refuse")) == 1
