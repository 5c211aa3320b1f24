"""Attack book I: the second factor cannot be replayed, stretched, skipped or claimed."""

import time

import pytest

from idp import login
from idp.base import clock
from idp.login import attempts
from idp.persons import service as registry
from idp.sessions import Participant, enter
from tests.conftest import MovableClock
from tests.loginface import NUMBER, PASSWORD, Browser, events, someone, spooled, with_generator
from tests.webface import csrf

__all__ = ["spooled"]
pytestmark = pytest.mark.usefixtures("spooled")


def test_i01_a_code_opens_one_login_only(time_travel: MovableClock) -> None:
    generator = with_generator(someone())
    time_travel.advance(60)
    code = generator.at(int(time.time()))
    first, second = Browser("one"), Browser("two")
    first.log_in()
    second.log_in()
    first.code(code)
    second.code(code)
    assert first.session is not None
    assert second.session is None
    assert "验证码不正确" in second.look().text
    assert len(events("mfa.replay")) == 1


@pytest.mark.parametrize("minutes", [-5, -1, 1, 5])
def test_i05_a_code_of_another_time_is_refused(time_travel: MovableClock, minutes: int) -> None:
    generator = with_generator(someone())
    time_travel.advance(600)
    browser = Browser()
    browser.log_in()
    sent = {
        "code": generator.at(int(time.time()) + minutes * 60),
        "time": str(int(time.time()) + minutes * 60),
    }
    browser.send("totp", **sent)
    assert browser.session is None


def test_i06_after_the_password_alone_no_page_takes_the_browser_for_logged_in() -> None:
    person = someone()
    registry.set_level(person.id, 3, method="window", source="test")
    with_generator(person)
    browser = Browser()
    browser.log_in()
    assert 'name="code"' in browser.look().text
    assert browser.cookie is None
    assert browser.session is None
    attempt = attempts.peek(browser.attempt)
    assert attempt
    assert login.decide(browser.session, attempt.requirement, clock.now()).missing == "login"
    half = browser.attempt
    browser.begin()
    assert 'name="identifier"' in browser.look().text
    browser.attempt = half
    token = csrf(browser.look().text)
    for step in ("password", "choice", "level", "identifier", ""):
        form = {
            "csrf_token": token,
            "step": step,
            "password": PASSWORD,
            "identity": "self",
            "identifier": NUMBER,
        }
        browser.client.post(f"/login/{half}", data=form)
        assert browser.cookie is None
        assert not browser.arrived


def test_i06_a_factor_set_up_is_not_bypassed_by_setting_up_another() -> None:
    with_generator(someone())
    browser = Browser()
    browser.log_in()
    browser.send("totp", action="enrol")
    page = browser.look()
    assert 'name="code"' in page.text
    assert "<svg" not in page.text
    assert browser.session is None


def test_i06_half_a_login_stays_with_its_own_browser() -> None:
    with_generator(someone())
    mine, thief = Browser("one"), Browser("two")
    mine.log_in()
    thief.attempt = mine.attempt
    assert thief.look().status_code == 404


def test_i20_the_methods_named_are_the_methods_used(time_travel: MovableClock) -> None:
    person = someone()
    registry.set_level(person.id, 3, method="window", source="test")
    browser = Browser()
    browser.log_in()
    assert browser.session is not None
    assert (browser.session.amr, browser.session.level) == (("pwd",), 2)
    shown_at = browser.session.auth_time

    # A silent visit to another portal an hour later changes neither.
    time_travel.advance(900)
    browser.begin(client_id="another portal")
    assert browser.arrived
    entered = Participant(since=clock.now(), consent="", scopes=(), organization=None)
    assert enter(browser.session, "another portal", entered)
    assert browser.session is not None
    assert (browser.session.amr, browser.session.auth_time) == (("pwd",), shown_at)

    # A known device stands for no factor.
    browser.begin(fresh=True)
    browser.password()
    assert browser.session is not None
    assert browser.session.amr == ("pwd",)
    assert browser.session.auth_time >= shown_at + 900

    generator = with_generator(person)
    time_travel.advance(60)
    browser.begin(level=3)
    browser.code(generator.at(int(time.time())))
    assert browser.session is not None
    assert (browser.session.amr, browser.session.level) == (("pwd", "otp", "mfa"), 3)
