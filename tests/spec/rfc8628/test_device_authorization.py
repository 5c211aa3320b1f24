"""RFC 8628 §3.1, §3.2: a device asks for its codes."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from idp import settings
from idp.approvals.user_code import ALPHABET
from tests.actors import ISSUER, Person, decode, portal
from tests.approving import (
    Device,
    app_on_tv,
    approve_device,
    ask_for_codes,
    error,
    hidden,
    kiosk,
    open_code,
    send,
)
from tests.records import events, one_event

pytestmark = pytest.mark.usefixtures("stores")


def test_section_3_1_a_confidential_client_authenticates(stranger: Person) -> None:
    """RFC 8628 §3.1: the client authentication requirements of RFC 6749 §3.2.1 apply to this endpoint."""
    client = kiosk()
    wrong = stranger.post("/device_authorization", {"client_id": "kiosk", "scope": "openid"})
    assert error(wrong) == (401, "invalid_client")
    assert ask_for_codes(stranger, client).codes["device_code"]


def test_section_3_1_a_client_that_keeps_no_secret_names_itself(stranger: Person) -> None:
    """RFC 8628 §3.1: client_id is required if the client does not authenticate."""
    tv = app_on_tv()
    assert ask_for_codes(stranger, tv).codes["device_code"]
    assert error(stranger.post("/device_authorization", {"scope": "openid"})) == (401, "invalid_client")


def test_section_3_1_a_client_without_the_grant_is_refused(stranger: Person) -> None:
    """RFC 8628 §3.1: errors are those of RFC 6749 §5.2, ``unauthorized_client`` among them."""
    answer = send(stranger, "/device_authorization", portal("tax"), {"scope": "openid"})
    assert error(answer) == (400, "unauthorized_client")


def test_section_3_1_parameters_come_once_and_in_the_body(stranger: Person) -> None:
    """RFC 8628 §3.1: form-encoded, and no parameter more than once."""
    client = kiosk()
    twice = stranger.post(
        "/device_authorization",
        "scope=openid&scope=profile",
        headers=client.basic,
        content_type="application/x-www-form-urlencoded",
    )
    assert error(twice) == (400, "invalid_request")
    in_json = stranger.post("/device_authorization", json={"scope": "openid"}, headers=client.basic)
    assert error(in_json) == (400, "invalid_request")


def test_section_3_1_a_parameter_without_a_value_counts_as_left_out(stranger: Person) -> None:
    """RFC 8628 §3.1: parameters sent without a value MUST be treated as if they were omitted."""
    client = kiosk()
    empty = send(stranger, "/device_authorization", client, {"scope": "", "acr_values": ""})
    assert empty.status_code == 200


def test_section_3_1_without_a_scope_the_device_learns_who_it_is_and_no_more(me: Person) -> None:
    """RFC 8628 §3.1: the scope is optional."""
    client = kiosk()
    answer = send(me, "/device_authorization", client, {"unknown": "ignored"})
    device = Device(me, client, answer.json or {})
    approve_device(me, device)
    assert (device.poll().json or {})["scope"] == "openid"


@pytest.mark.parametrize("scope", ["openid nonsense", "profile", "openid  profile", 'openid "'])
def test_section_3_1_a_scope_that_is_unknown_or_without_openid_is_refused(
    stranger: Person, scope: str
) -> None:
    """RFC 8628 §3.1: an invalid scope is refused as in RFC 6749 §5.2."""
    answer = send(stranger, "/device_authorization", kiosk(), {"scope": scope})
    assert error(answer) == (400, "invalid_scope")


def test_section_3_2_the_answer_has_all_its_members(stranger: Person) -> None:
    """RFC 8628 §3.2: device_code, user_code, verification_uri, expires_in; complete URI and interval."""
    answer = send(stranger, "/device_authorization", kiosk(), {"scope": "openid"})
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json or {}
    assert set(body) == {
        "device_code",
        "user_code",
        "verification_uri",
        "verification_uri_complete",
        "expires_in",
        "interval",
    }
    assert body["verification_uri"] == f"{ISSUER}/device"
    assert (body["expires_in"], body["interval"]) == (settings.current().device_lifetime, 5)


def test_section_3_2_the_uri_to_type_is_short_and_the_complete_one_holds_the_code(stranger: Person) -> None:
    """RFC 8628 §3.2: verification_uri is short, verification_uri_complete includes the user_code."""
    codes = ask_for_codes(stranger, kiosk()).codes
    assert len(codes["verification_uri"]) - len(ISSUER) <= len("/device")
    complete = urlsplit(codes["verification_uri_complete"])
    assert parse_qs(complete.query) == {"user_code": [codes["user_code"]]}
    assert codes["device_code"] not in codes["verification_uri_complete"]


def test_section_6_1_the_user_code_has_twenty_consonants_and_a_dash(stranger: Person) -> None:
    """RFC 8628 §6.1: no vowels, letters easy to tell from each other, a dash for legibility."""
    client = kiosk()
    codes = {ask_for_codes(stranger, client).user_code for _ in range(20)}
    assert len(codes) == 20
    assert all(re.fullmatch(f"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", code) for code in codes)
    assert not set(ALPHABET) & set("AEIOUY0123456789")


def test_section_5_2_the_device_code_is_beyond_guessing(stranger: Person) -> None:
    """RFC 8628 §5.2: the device code needs very high entropy."""
    client = kiosk()
    codes = {ask_for_codes(stranger, client).codes["device_code"] for _ in range(20)}
    assert len(codes) == 20
    assert all(len(code) == 43 for code in codes)


def test_section_3_1_the_level_asked_for_is_the_level_of_the_login(me: Person) -> None:
    """RFC 8628 §3.3: what the client asks binds the authorization; a level out of reach approves nothing."""
    client = kiosk()
    device = ask_for_codes(me, client, acr_values="l3")
    answer = me.get(open_code(me, device.user_code))
    assert "/login/" in answer.location, "a second factor is missing"
    assert error(device.poll()) == (400, "authorization_pending")


def test_every_request_is_recorded_and_none_of_its_codes(stranger: Person) -> None:
    client = kiosk()
    with one_event("approval.start"):
        codes = ask_for_codes(stranger, client).codes
    recorded = str(events("approval.start")[-1])
    assert codes["device_code"] not in recorded
    assert codes["user_code"] not in recorded


def test_the_tokens_speak_of_the_person_who_approved(me: Person) -> None:
    device = ask_for_codes(me, kiosk())
    approve_device(me, device)
    claims = decode((device.poll().json or {})["id_token"])
    assert claims["aud"] == "kiosk"
    assert claims["amr"] == ["pwd"]
    assert "nonce" not in claims
    assert hidden(me.get("/device"))["csrf_token"]
