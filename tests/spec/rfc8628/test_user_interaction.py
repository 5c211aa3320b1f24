"""RFC 8628 §3.3, §5: the person types a code, is told who asks, and decides."""

import pytest
from flask import Flask

from idp import settings
from tests.actors import Person, citizen
from tests.approving import (
    approve_device,
    ask_for_codes,
    decide,
    error,
    hidden,
    kiosk,
    open_code,
    type_code,
)
from tests.conftest import MovableClock

pytestmark = pytest.mark.usefixtures("stores")


def test_section_3_3_the_person_logs_in_before_anything_is_shown(stranger: Person) -> None:
    """RFC 8628 §3.3: the authorization server authenticates the end user before approval."""
    device = ask_for_codes(stranger, kiosk())
    path = open_code(stranger, device.user_code)
    answer = stranger.get(path)
    assert (answer.status_code, "/login/" in answer.location) == (303, True)
    refused = stranger.post(path, {**hidden(stranger.get("/device")), "decision": "approve"})
    assert "/login/" in refused.location
    assert error(device.poll()) == (400, "authorization_pending")


def test_section_3_3_the_person_is_told_of_the_decision(me: Person) -> None:
    """RFC 8628 §3.3: the server informs the user that the device may be returned to."""
    device = ask_for_codes(me, kiosk())
    last = decide(me, open_code(me, device.user_code))
    assert "请回到设备继续办理" in last.text


def test_section_3_3_1_a_complete_uri_fills_in_the_code_and_asks_to_compare(me: Person) -> None:
    """RFC 8628 §3.3.1: the user is shown the code and asked whether the device shows the same one."""
    device = ask_for_codes(me, kiosk())
    page = me.get(device.codes["verification_uri_complete"].replace("http://127.0.0.1:8080", ""))
    assert f'value="{device.user_code}"' in page.text
    assert "完全一致" in page.text
    confirm = me.get(open_code(me, device.user_code))
    assert device.user_code in confirm.text
    assert "完全一致" in confirm.text


def test_section_3_3_1_opening_the_complete_uri_decides_nothing(me: Person) -> None:
    """RFC 8628 §5.4: a link alone must not be enough."""
    client = kiosk()
    approve_device(me, ask_for_codes(me, client))
    device = ask_for_codes(me, client)
    me.get(device.codes["verification_uri_complete"].replace("http://127.0.0.1:8080", ""))
    me.get(open_code(me, device.user_code))
    assert error(device.poll()) == (400, "authorization_pending")


def test_section_3_3_1_a_complete_uri_does_not_tell_whether_its_code_is_right(me: Person) -> None:
    """RFC 8628 §5.1: guessing is counted, so that a page that answers without counting must not tell."""
    device = ask_for_codes(me, kiosk())
    right = me.get(f"/device?user_code={device.user_code}").text
    wrong = me.get("/device?user_code=BBBB-BBBB").text
    assert right.replace(device.user_code, "X").replace(hidden_token(right), "") == wrong.replace(
        "BBBB-BBBB", "X"
    ).replace(hidden_token(wrong), "")


def test_section_5_1_wrong_codes_from_one_address_are_held_back(app: Flask) -> None:
    """RFC 8628 §5.1: the server MUST rate-limit attempts at the user code."""
    limit = settings.current().user_code_failures
    statuses = [type_code(Person(app), "BBBB-BBBB").status_code for _ in range(limit + 2)]
    assert statuses == [400] * limit + [429, 429]


def test_section_5_1_a_right_code_is_no_attempt(me: Person) -> None:
    """RFC 8628 §5.1: only guesses are counted; a right code neither costs nor forgives one."""
    limit = settings.current().user_code_failures
    client = kiosk()
    for _ in range(limit - 1):
        assert type_code(me, "BBBB-BBBB").status_code == 400
    for _ in range(3):
        assert type_code(me, ask_for_codes(me, client).user_code).status_code == 303
    assert [type_code(me, "BBBB-BBBB").status_code for _ in range(2)] == [400, 429]


def test_section_5_1_who_is_logged_in_is_not_held_back_by_strangers_at_the_same_address(
    me: Person, stranger: Person
) -> None:
    """RFC 8628 §5.1: in one hall many people share one address."""
    for _ in range(settings.current().user_code_failures + 1):
        type_code(stranger, "BBBB-BBBB")
    device = ask_for_codes(me, kiosk())
    assert type_code(stranger, device.user_code).status_code == 429
    assert type_code(me, device.user_code).status_code == 303


def test_section_5_1_the_pause_ends(stranger: Person, time_travel: MovableClock) -> None:
    """RFC 8628 §5.1: the limit slows guessing; it is no lock for ever."""
    for _ in range(settings.current().user_code_failures + 1):
        type_code(stranger, "BBBB-BBBB")
    time_travel.advance(settings.current().user_code_pause + 1)
    assert type_code(stranger, "BBBB-BBBB").status_code == 400


def test_section_5_4_the_page_names_who_asks_from_where_and_when(me: Person) -> None:
    """RFC 8628 §5.4: remote phishing is met by telling the user which device is authorized."""
    device = ask_for_codes(me, kiosk())
    page = me.get(open_code(me, device.user_code)).text
    for told in ("政务服务自助终端", "示范省税务局", "示范市政务服务中心一层3号机", "127.0.0.1", "拒绝"):
        assert told in page
    assert "与您现在使用的网络相同" in page


def test_section_5_4_a_device_in_another_network_is_told_so(me: Person) -> None:
    """RFC 8628 §5.4: the user is helped to see that the device is not at hand."""
    client = kiosk()
    answer = me.post(
        "/device_authorization",
        {"scope": "openid"},
        headers=client.basic,
        environ_overrides={"REMOTE_ADDR": "192.0.2.77"},
    )
    page = me.get(open_code(me, (answer.json or {})["user_code"])).text
    assert "192.0.2.77" in page
    assert "与您现在使用的网络不同" in page


def test_section_5_6_a_code_that_was_used_cannot_be_used_again(me: Person) -> None:
    """RFC 8628 §6.1: a user code is one-time."""
    device = ask_for_codes(me, kiosk())
    approve_device(me, device)
    assert type_code(me, device.user_code).status_code == 400


def test_a_code_lapses_with_its_request(me: Person, time_travel: MovableClock) -> None:
    device = ask_for_codes(me, kiosk())
    path = open_code(me, device.user_code)
    time_travel.advance(settings.current().device_lifetime)
    assert me.get(path).status_code == 410
    assert type_code(me, device.user_code).status_code == 400


def test_a_page_of_one_browser_is_nothing_to_another(me: Person, app: Flask) -> None:
    device = ask_for_codes(me, kiosk())
    path = open_code(me, device.user_code)
    other = Person(app)
    other.log_in(citizen("010101199003070181", "李示"))
    assert other.get(path).status_code == 404
    token = hidden(other.get("/device"))
    assert other.post(path, {**token, "decision": "approve"}).status_code == 404
    assert error(device.poll()) == (400, "authorization_pending")


def test_a_form_without_our_token_decides_nothing(me: Person) -> None:
    device = ask_for_codes(me, kiosk())
    path = open_code(me, device.user_code)
    assert me.post(path, {"decision": "approve"}).status_code == 403
    assert me.post("/device", {"user_code": device.user_code}).status_code == 403
    assert error(device.poll()) == (400, "authorization_pending")


def hidden_token(page: str) -> str:
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
