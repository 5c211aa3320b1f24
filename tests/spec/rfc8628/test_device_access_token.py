"""RFC 8628 §3.4, §3.5: the device polls."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from idp import settings
from tests.actors import Person
from tests.approving import (
    DEVICE_CODE,
    app_on_tv,
    approve_device,
    ask_for_codes,
    decide,
    error,
    hotline,
    kiosk,
    open_code,
    send,
)
from tests.conftest import MovableClock
from tests.records import events, nothing_changed

pytestmark = pytest.mark.usefixtures("stores")


def test_section_3_4_the_client_authenticates_as_it_registered(me: Person) -> None:
    """RFC 8628 §3.4: the client authentication requirements of RFC 6749 §3.2.1 apply."""
    device = ask_for_codes(me, kiosk())
    approve_device(me, device)
    form = {"grant_type": DEVICE_CODE, "device_code": device.codes["device_code"], "client_id": "kiosk"}
    assert error(me.post("/token", form)) == (401, "invalid_client")
    assert device.poll().status_code == 200


def test_section_3_4_a_public_device_polls_with_its_name(me: Person) -> None:
    """RFC 8628 §3.4: client_id is required if the client does not authenticate."""
    device = ask_for_codes(me, app_on_tv())
    approve_device(me, device)
    nameless = {"grant_type": DEVICE_CODE, "device_code": device.codes["device_code"]}
    assert error(me.post("/token", nameless)) == (401, "invalid_client")
    assert device.poll().status_code == 200


def test_section_3_4_the_device_code_is_required(me: Person) -> None:
    """RFC 8628 §3.4: device_code is REQUIRED."""
    client = kiosk()
    assert error(send(me, "/token", client, {"grant_type": DEVICE_CODE})) == (400, "invalid_request")


def test_section_3_5_success_is_an_ordinary_token_response(me: Person) -> None:
    """RFC 8628 §3.5: success is as in RFC 6749 §5.1."""
    device = ask_for_codes(me, kiosk())
    approve_device(me, device)
    answer = device.poll()
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    body = answer.json or {}
    assert {"access_token", "token_type", "expires_in", "scope", "id_token"} == set(body)
    bearer = {"Authorization": f"Bearer {body['access_token']}"}
    assert me.get("/userinfo", headers=bearer).status_code == 200


def test_section_3_5_until_the_person_decides_the_request_is_pending(me: Person) -> None:
    """RFC 8628 §3.5: authorization_pending."""
    device = ask_for_codes(me, kiosk())
    assert error(device.poll()) == (400, "authorization_pending")
    open_code(me, device.user_code)
    device.poll()
    assert error(device.poll()) == (400, "slow_down")


def test_section_3_5_who_polls_too_fast_is_told_to_slow_down_by_five_seconds(
    me: Person, time_travel: MovableClock
) -> None:
    """RFC 8628 §3.5: slow_down; the interval MUST grow by 5 seconds for this and all further requests."""
    device = ask_for_codes(me, kiosk())
    assert error(device.poll())[1] == "authorization_pending"
    assert error(device.poll())[1] == "slow_down"
    time_travel.advance(9)
    assert error(device.poll())[1] == "slow_down", "ten seconds now"
    time_travel.advance(15)
    assert error(device.poll())[1] == "authorization_pending", "fifteen seconds now"
    time_travel.advance(14)
    assert error(device.poll())[1] == "slow_down"


def test_section_3_5_who_polls_at_the_interval_is_never_slowed(me: Person, time_travel: MovableClock) -> None:
    """RFC 8628 §3.5: the interval of the answer is the one to keep."""
    device = ask_for_codes(me, kiosk())
    for _ in range(5):
        assert error(device.poll())[1] == "authorization_pending"
        time_travel.advance(device.codes["interval"])


def test_section_3_5_a_refusal_is_told(me: Person) -> None:
    """RFC 8628 §3.5: access_denied."""
    device = ask_for_codes(me, kiosk())
    last = decide(me, open_code(me, device.user_code), "deny")
    assert 'data-decided="denied"' in last.text
    assert error(device.poll()) == (400, "access_denied")
    assert error(device.poll()) == (400, "access_denied"), "an answer that was lost is given again"


def test_section_3_5_the_end_of_the_request_is_told(me: Person, time_travel: MovableClock) -> None:
    """RFC 8628 §3.5: expired_token."""
    device = ask_for_codes(me, kiosk())
    time_travel.advance(device.codes["expires_in"])
    assert error(device.poll()) == (400, "expired_token")


def test_section_3_5_what_was_approved_at_the_last_moment_can_still_be_fetched(
    me: Person, time_travel: MovableClock
) -> None:
    """RFC 8628 §3.5: the device polls only every interval: an approval outlives the code a little."""
    device = ask_for_codes(me, kiosk())
    time_travel.advance(device.codes["expires_in"] - 10)
    approve_device(me, device)
    time_travel.advance(15)
    assert device.poll().status_code == 200


def test_section_3_5_an_approval_nobody_fetches_lapses(me: Person, time_travel: MovableClock) -> None:
    """RFC 8628 §3.5: an approval is not a standing permission."""
    device = ask_for_codes(me, kiosk())
    approve_device(me, device)
    time_travel.advance(device.codes["expires_in"] + settings.current().code_lifetime)
    assert error(device.poll()) == (400, "expired_token")


def test_section_3_4_a_device_code_is_redeemed_once(me: Person) -> None:
    """RFC 8628 §3.5: tokens are given for a device code once."""
    device = ask_for_codes(me, kiosk())
    approve_device(me, device)
    assert device.poll().status_code == 200
    assert error(device.poll()) == (400, "invalid_grant")


def test_of_32_parallel_polls_one_gets_the_tokens(app: Flask, me: Person) -> None:
    """RFC 8628 §3.5: once means once, also when polls meet (decision 0002, quirk 4)."""
    device = ask_for_codes(me, kiosk())
    approve_device(me, device)

    def poll(_: int) -> int:
        form = {"grant_type": DEVICE_CODE, "device_code": device.codes["device_code"]}
        return send(Person(app), "/token", device.client, form).status_code

    with ThreadPoolExecutor(16) as pool:
        statuses = sorted(pool.map(poll, range(32)))
    assert statuses == [200] + [400] * 31
    assert len(events("token.issue")) == 1


def test_a_device_code_serves_no_other_grant(me: Person) -> None:
    """RFC 8628 §3.4: the grant type names what the code is."""
    both = hotline("both", grant_types=("urn:openid:params:grant-type:ciba", DEVICE_CODE))
    device = ask_for_codes(me, both)
    approve_device(me, device)
    form = {
        "grant_type": "urn:openid:params:grant-type:ciba",
        "auth_req_id": device.codes["device_code"],
    }
    assert error(send(me, "/token", both, form)) == (400, "invalid_grant")
    assert error(device.poll(device_code="x" * 43)) == (400, "invalid_grant")
    assert device.poll().status_code == 200


def test_polls_before_the_decision_write_nothing_lasting(me: Person) -> None:
    """RFC 8628 §3.5: polling is the normal case."""
    device = ask_for_codes(me, kiosk())
    device.poll()
    device.poll()
    recorded = len(events())
    for _ in range(3):
        device.poll()
    assert len(events()) == recorded


def test_a_refused_poll_of_a_stranger_changes_nothing(me: Person) -> None:
    device = ask_for_codes(me, kiosk())
    other = kiosk("other")
    with nothing_changed():
        assert error(device.poll(other)) == (400, "invalid_grant")


def test_refresh_tokens_are_given_to_who_registered_for_them(me: Person) -> None:
    """RFC 8628 §3.5: a refresh token is optional."""
    client = kiosk(grant_types=(DEVICE_CODE, "refresh_token"))
    device = ask_for_codes(me, client)
    approve_device(me, device)
    first = (device.poll().json or {})["refresh_token"]
    again = send(me, "/token", client, {"grant_type": "refresh_token", "refresh_token": first})
    assert again.status_code == 200
