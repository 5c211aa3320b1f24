"""The second factor: asked for, set up in the middle of a login, and refused."""

import time

import pyotp
import pytest

from idp import authenticators
from idp.login import attempts
from idp.persons import Person
from idp.persons import service as registry
from tests.conftest import MovableClock
from tests.loginface import Browser, events, someone, with_generator
from tests.webface import found

pytestmark = pytest.mark.usefixtures("spooled")


def known_in_person() -> Person:
    """Somebody of the real-name level that level 3 needs."""
    person = someone()
    registry.set_level(person.id, 3, method="window", source="test")
    return found(person.id)


def now_plus(seconds: float) -> int:
    return int(time.time() + seconds)


def test_password_and_code_make_one_login(time_travel: MovableClock) -> None:
    generator = with_generator(known_in_person())
    time_travel.advance(60)
    browser = Browser()
    browser.log_in()
    browser.code(generator.at(now_plus(0)))
    assert browser.arrived
    assert browser.session is not None
    assert browser.session.amr == ("pwd", "otp", "mfa")
    (recorded,) = events("login.success")
    assert '"level":3' in recorded.detail


def test_a_wrong_code_is_recorded_and_asked_again() -> None:
    person = someone()
    with_generator(person)
    browser = Browser()
    browser.log_in()
    browser.code("000000")
    assert "验证码不正确" in browser.look().text
    assert browser.session is None
    (recorded,) = events("mfa.failure")
    assert recorded.person == person.id


def test_wrong_codes_end_in_a_pause_that_no_new_attempt_escapes(time_travel: MovableClock) -> None:
    generator = with_generator(someone())
    time_travel.advance(60)
    browser = Browser()
    browser.log_in()
    for _ in range(5):
        browser.code("000000")
    other = Browser("browser two")
    other.log_in()
    other.code(generator.at(now_plus(0)))
    assert "登录已暂停" in other.look().text
    assert other.session is None


def test_step_up_asks_for_the_code_alone(time_travel: MovableClock) -> None:
    person = known_in_person()
    browser = Browser()
    browser.log_in()
    before = browser.cookie
    generator = with_generator(person)
    time_travel.advance(60)
    browser.begin(level=3)
    page = browser.look()
    assert "办理该业务需要进一步验证您的身份。" in page.text
    browser.code(generator.at(now_plus(0)))
    assert browser.arrived
    assert browser.cookie != before
    assert browser.session is not None
    assert browser.session.level == 3
    (recorded,) = events("step_up.success")
    assert recorded.person == person.id


def test_refusing_the_step_up_is_told_as_unmet() -> None:
    with_generator(known_in_person())
    browser = Browser()
    browser.log_in()
    browser.send(action="cancel")
    assert attempts.peek(browser.attempt).outcome == "cancelled"  # type: ignore[union-attr]

    person = someone("010101199003070181")
    registry.set_level(person.id, 3, method="window", source="test")
    browser.begin(level=3)
    browser.identify("010101199003070181")
    browser.password()
    assert 'id="AUTH-010"' in browser.look().text
    browser.send(action="cancel")
    assert attempts.peek(browser.attempt).outcome == "unmet"  # type: ignore[union-attr]


def test_a_factor_can_be_set_up_in_the_login_that_needs_it() -> None:
    person = known_in_person()
    browser = Browser()
    browser.begin(level=3)
    browser.identify()
    browser.password()
    assert 'id="AUTH-010"' in browser.look().text
    browser.send("totp", action="enrol")
    page = browser.look()
    assert "<svg" in page.text
    secret = page.text.split('id="secret">')[1].split("<")[0]
    browser.code("000000")
    assert secret in browser.look().text
    browser.code(pyotp.TOTP(secret).at(now_plus(0)))
    assert browser.arrived
    assert browser.session is not None
    assert browser.session.level == 3
    assert authenticators.totp.enrolled(person.id)


def test_an_open_session_alone_cannot_set_up_a_factor() -> None:
    person = known_in_person()
    browser = Browser()
    browser.log_in()
    browser.begin(level=3)
    assert 'id="AUTH-010"' in browser.look().text
    browser.send("totp", action="enrol")
    page = browser.look()
    assert "请再次输入密码" in page.text
    refused = browser.client.post(f"/login/{browser.attempt}", data={"step": "totp", "code": "123456"})
    assert refused.status_code in (303, 403)
    assert not authenticators.totp.enrolled(person.id)
    browser.password()
    secret = browser.look().text.split('id="secret">')[1].split("<")[0]
    browser.code(pyotp.TOTP(secret).at(now_plus(0)))
    assert browser.arrived


def test_half_a_login_does_not_last(time_travel: MovableClock) -> None:
    generator = with_generator(someone())
    browser = Browser()
    browser.log_in()
    time_travel.advance(1801)
    assert 'name="identifier"' in browser.look().text
    browser.code(generator.at(now_plus(1801)))
    assert browser.session is None


def test_a_person_frozen_between_the_factors_is_not_let_in(time_travel: MovableClock) -> None:
    person = someone()
    generator = with_generator(person)
    time_travel.advance(60)
    browser = Browser()
    browser.log_in()
    token_page = browser.look()
    registry.freeze(person.id, cause="test")
    from tests.webface import csrf

    answer = browser.client.post(
        f"/login/{browser.attempt}",
        data={"csrf_token": csrf(token_page.text), "step": "totp", "code": generator.at(now_plus(0))},
    )
    assert answer.status_code == 403
    assert browser.session is None
