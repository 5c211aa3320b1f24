"""The login pages for whoever is logged in already, is hinted at, or may not come in."""

import pytest
from sqlalchemy import select

from idp import login, sessions
from idp.audit import queries
from idp.login import attempts
from idp.store import db
from tests.conftest import MovableClock
from tests.loginface import Browser, events, someone, with_generator

pytestmark = pytest.mark.usefixtures("spooled")


def test_a_silent_visitor_with_a_session_is_sent_on_at_once() -> None:
    someone()
    browser = Browser()
    browser.log_in()
    browser.begin()
    assert browser.arrived


def test_a_fresh_login_asks_the_same_person_for_the_password_alone() -> None:
    someone()
    browser = Browser()
    browser.log_in()
    first = browser.session
    old = browser.cookie
    browser.begin(fresh=True)
    page = browser.look()
    assert "请再次输入密码" in page.text
    assert "张*" in page.text
    browser.password()
    assert browser.arrived
    assert browser.session is not None
    assert first is not None
    assert browser.session.id == first.id
    assert browser.cookie != old
    attempt = attempts.peek(browser.attempt)
    assert attempt
    assert login.decide(browser.session, attempt.requirement, 10**10).missing == "none"


def test_an_old_login_is_asked_again_by_max_age(time_travel: MovableClock) -> None:
    someone()
    browser = Browser()
    browser.log_in()
    time_travel.advance(120)
    browser.begin(max_age=60)
    browser.password()
    assert browser.arrived
    browser.begin(max_age=60)
    assert browser.arrived


def test_another_person_at_the_same_browser_ends_the_session_before() -> None:
    someone()
    other = someone("010101199003070181")
    browser = Browser()
    browser.log_in()
    first = browser.cookie
    browser.begin(fresh=True)
    browser.send(action="other")
    browser.identify("010101199003070181")
    browser.password()
    assert browser.session is not None
    assert browser.session.person_id == other.id
    assert sessions.find(first) is None
    ended = select(queries.EVENTS.c.reason).where(queries.EVENTS.c.kind == "session.end")
    assert [row.reason for row in db.fetch_all(ended)] == ["another person logged in"]


def test_the_hinted_person_is_asked_for_and_nobody_else_let_in() -> None:
    someone()
    hinted = someone("010101199003070181")
    browser = Browser()
    browser.begin(person_id=hinted.id)
    browser.identify()
    browser.password()
    assert "请使用该账号登录" in browser.look().text
    assert browser.session is None
    browser.identify("010101199003070181")
    browser.password()
    assert browser.arrived


def test_a_session_of_another_than_the_hinted_person_is_told_so() -> None:
    someone()
    hinted = someone("010101199003070181")
    browser = Browser()
    browser.log_in()
    browser.begin(person_id=hinted.id)
    assert 'id="wrong-person"' in browser.look().text


def test_a_frozen_person_is_answered_like_a_stranger() -> None:
    from idp.persons import service

    person = someone()
    service.freeze(person.id, cause="test")
    page = Browser().log_in()
    assert "账号或密码不正确" in page.text
    (recorded,) = events("login.failure")
    assert '"cause":"frozen"' in recorded.detail


def test_a_level_too_low_says_both_levels_and_leads_back() -> None:
    someone()
    browser = Browser()
    browser.begin(level=3)
    browser.identify()
    browser.password()
    page = browser.look()
    assert "高级实名（实人认证）" in page.text
    browser.send(action="cancel")
    attempt = attempts.peek(browser.attempt)
    assert attempt
    assert attempt.outcome == "unmet"
    assert browser.arrived


def test_a_second_factor_set_up_is_always_asked_for() -> None:
    person = someone()
    with_generator(person)
    browser = Browser()
    page = browser.log_in()
    assert 'name="code"' in page.text
    assert browser.session is None
