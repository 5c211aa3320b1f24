"""The pages of an approval: who sees them, what they lead to, and what happens beside the straight way."""

import re

import pytest
from flask import Flask

from clients import service as registry
from idp import persons, sessions
from idp.logout.queries import of_session as deliveries
from idp.sessions.store import key
from idp.store import redis
from tests.actors import Person, citizen
from tests.approving import (
    DEVICE_CODE,
    approve_device,
    ask_for_codes,
    call,
    decide,
    error,
    hidden,
    hotline,
    kiosk,
    open_code,
    open_request,
    send,
    type_code,
    waiting,
    with_phone,
)
from tests.records import events, one_event

pytestmark = pytest.mark.usefixtures("stores")


@pytest.fixture
def number(me: Person) -> str:
    found = persons.find_by_identifier("111", "010101198504123013")
    assert found is not None
    return with_phone(found.id)


def session_of(person: Person) -> sessions.Session:
    cookie = person.http.get_cookie("sid", domain="127.0.0.1")
    found = sessions.find(cookie.value if cookie else None)
    assert found is not None
    return found


def test_an_empty_box_is_no_attempt(me: Person) -> None:
    for _ in range(12):
        assert type_code(me, " ").status_code == 400
    assert type_code(me, "BBBB-BBBB").status_code == 400


def test_the_device_gets_a_session_of_its_own(me: Person) -> None:
    device = ask_for_codes(me, kiosk())
    approve_device(me, device)
    body = device.poll().json or {}
    own = session_of(me)
    (other,) = [one for one in sessions.of_person(own.person_id) if one.id != own.id]
    assert set(other.participants) == {"kiosk"}
    assert "kiosk" not in own.participants
    page = me.get("/account/sessions").text
    assert "政务服务自助终端 · 示范市政务服务中心一层3号机" in page
    bearer = {"Authorization": f"Bearer {body['access_token']}"}
    assert me.get("/userinfo", headers=bearer).status_code == 200
    me.post(f"/account/sessions/{other.id}/end", hidden(me.get("/account/sessions")))
    assert me.get("/userinfo", headers=bearer).status_code == 401


def test_a_device_that_is_signed_out_by_the_person_is_told(me: Person) -> None:
    client = kiosk(backchannel_logout_uri="https://kiosk.example.gov/out")
    device = ask_for_codes(me, client)
    approve_device(me, device)
    own = session_of(me)
    (other,) = [one for one in sessions.of_person(own.person_id) if one.portal]
    me.post(f"/account/sessions/{other.id}/end", hidden(me.get("/account/sessions")))
    assert [row.client_id for row in deliveries(other.id)] == ["kiosk"]


def test_the_list_shows_a_device_no_longer_than_it_can_hold_tokens(me: Person) -> None:
    device = ask_for_codes(me, kiosk(access_token_lifetime=300))
    approve_device(me, device)
    own = session_of(me)
    (other,) = [one for one in sessions.of_person(own.person_id) if one.portal]
    assert int(redis.call("TTL", key(other.id))) <= 600 + 60 + 300


def test_leaving_on_the_phone_leaves_the_device_at_work(me: Person) -> None:
    device = ask_for_codes(me, kiosk())
    approve_device(me, device)
    body = device.poll().json or {}
    sessions.end(session_of(me))
    bearer = {"Authorization": f"Bearer {body['access_token']}"}
    assert me.get("/userinfo", headers=bearer).status_code == 200


@pytest.mark.parametrize("kept", ["access_token", "refresh_token"])
def test_the_device_signs_its_visitor_out_by_giving_its_tokens_back(me: Person, kept: str) -> None:
    client = kiosk(grant_types=(DEVICE_CODE, "refresh_token"))
    device = ask_for_codes(me, client)
    approve_device(me, device)
    token = (device.poll().json or {})[kept]
    assert send(me, "/revoke", client, {"token": token}).status_code == 200
    own = session_of(me)
    assert [one.id for one in sessions.of_person(own.person_id)] == [own.id]


def test_data_agreed_to_before_are_not_asked_again(me: Person) -> None:
    client = kiosk()
    approve_device(me, ask_for_codes(me, client))
    path = open_code(me, ask_for_codes(me, client).user_code)
    answer = me.post(path, {**hidden(me.get(path)), "decision": "approve"})
    assert answer.location == path
    assert 'data-decided="approved"' in me.get(path).text


def test_who_refuses_the_data_refuses_the_device(me: Person) -> None:
    device = ask_for_codes(me, kiosk())
    path = open_code(me, device.user_code)
    asked = me.post(path, {**hidden(me.get(path)), "decision": "approve"}).location
    with one_event("approval.deny"):
        me.get(me.agree(asked, "deny").location)
    assert 'data-decided="denied"' in me.get(path).text
    assert error(device.poll()) == (400, "access_denied")


def test_the_question_about_data_decides_nothing_without_the_yes_before(me: Person) -> None:
    """The way back from the consent page is an address: it must not approve what nobody approved."""
    device = ask_for_codes(me, kiosk())
    path = open_code(me, device.user_code)
    me.get(f"{path}?ask=anything")
    assert error(device.poll()) == (400, "authorization_pending")


def test_one_decision_in_two_tabs_counts_once(me: Person) -> None:
    device = ask_for_codes(me, kiosk())
    first, second = open_code(me, device.user_code), open_code(me, device.user_code)
    page = hidden(me.get(second))
    decide(me, first)
    assert me.post(second, {**page, "decision": "deny"}).status_code == 410
    assert device.poll().status_code == 200


def test_a_button_we_do_not_have_changes_nothing(me: Person) -> None:
    device = ask_for_codes(me, kiosk())
    path = open_code(me, device.user_code)
    assert me.post(path, {**hidden(me.get(path)), "decision": "maybe"}).location == path
    assert error(device.poll()) == (400, "authorization_pending")


def test_not_logging_in_is_told_and_leaves_the_device_waiting(stranger: Person) -> None:
    device = ask_for_codes(stranger, kiosk())
    path = open_code(stranger, device.user_code)
    login = stranger.get(path).location
    stranger.post(login, {**hidden(stranger.get(login)), "action": "cancel"})
    last = stranger.get(stranger.get(login).location)
    assert 'data-decided="cancelled"' in last.text
    assert error(device.poll()) == (400, "authorization_pending")


def test_a_level_out_of_reach_is_told(me: Person) -> None:
    device = ask_for_codes(me, kiosk(), acr_values="l4")
    login = me.get(open_code(me, device.user_code)).location
    page = me.get(login)
    assert "AUTH-009" in page.text
    me.post(login, {**hidden(page), "action": "cancel"})
    assert 'data-decided="unmet"' in me.get(me.get(login).location).text


def test_a_portal_taken_out_of_service_is_approved_no_more(me: Person) -> None:
    device = ask_for_codes(me, kiosk())
    path = open_code(me, device.user_code)
    registry.disable("kiosk", operator="test")
    assert me.get(path).status_code == 403


def test_a_request_is_for_the_person_it_names(me: Person, number: str, app: Flask) -> None:
    call(me, hotline(), login_hint=number)
    (path,) = waiting(me)
    other = Person(app)
    other.log_in(citizen("010101199003070181", "李示"))
    assert waiting(other) == []
    assert other.get(path).status_code == 410


def test_who_is_not_logged_in_is_led_to_the_list(me: Person, number: str, stranger: Person) -> None:
    call(me, hotline(), login_hint=number)
    (path,) = waiting(me)
    answer = stranger.get(path)
    assert answer.location == "/account/requests"
    assert "/login/" in stranger.get(answer.location).location


def test_another_person_who_logs_in_on_the_way_decides_nothing(me: Person, number: str) -> None:
    request = call(me, hotline(), login_hint=number)
    path = open_request(me)
    page = hidden(me.get(path))
    me.log_in(citizen("010101199003070181", "李示"))
    assert "/login/" in me.post(path, {**page, "decision": "approve"}).location
    assert error(request.poll()) == (400, "authorization_pending")


def test_the_overview_and_the_list_tell_what_waits(me: Person, number: str) -> None:
    assert 'id="empty"' in me.get("/account/requests").text
    assert 'id="waiting"' not in me.get("/account/").text
    call(me, hotline(), login_hint=number, binding_message="58")
    assert "有1个登录请求等待您确认" in me.get("/account/").text
    assert re.search("12345政务服务热线.*58", me.get("/account/requests").text, re.DOTALL)


def test_the_history_tells_what_was_approved_and_refused(me: Person) -> None:
    approve_device(me, ask_for_codes(me, kiosk()))
    decide(me, open_code(me, ask_for_codes(me, kiosk("second")).user_code), "deny")
    assert len(events("approval.grant")) == 1
    page = me.get("/account/history").text
    assert "同意在其他设备或应用上登录" in page
    assert "拒绝了其他设备或应用的登录请求" in page


def test_the_pages_speak_english(me: Person) -> None:
    device = ask_for_codes(me, kiosk())
    path = open_code(me, device.user_code)
    page = me.get(f"{path}?lang=en").text
    assert "Service Kiosk" in page
    assert "Demo City Service Centre, ground floor, machine 3" in page
    assert "The device is in front of me, I agree" in page
    form = page[page.index('id="approve"') : page.index("</form>")]
    assert not re.search("[\u4e00-\u9fff]", form.replace("张*", ""))
