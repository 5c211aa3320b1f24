"""The login pages, as a browser meets them."""

import pytest

from idp import authenticators, settings
from idp.login import attempts
from idp.store import redis
from tests.conftest import MovableClock
from tests.loginface import ABSENT, NUMBER, PASSWORD, Browser, events, someone
from tests.webface import csrf

pytestmark = pytest.mark.usefixtures("spooled")


def test_a_person_logs_in_and_is_sent_on() -> None:
    person = someone()
    browser = Browser()
    browser.begin()
    assert "身份证号" in browser.look().text
    answer = browser.identify()
    assert (answer.status_code, answer.location) == (303, f"/login/{browser.attempt}")
    page = browser.look()
    assert "0****************X" in page.text
    assert NUMBER not in page.text
    answer = browser.password()
    assert answer.status_code == 303
    assert browser.arrived
    assert browser.session is not None
    assert browser.session.person_id == person.id
    assert browser.session.amr == ("pwd",)
    (recorded,) = events("login.success")
    assert (recorded.person, recorded.client) == (person.id, "portal")


def test_a_person_logs_in_by_phone() -> None:
    someone(phone="13800001234")
    browser = Browser()
    browser.log_in("138 0000 1234")
    assert browser.arrived


def test_the_session_cookie_is_set_only_after_the_login() -> None:
    someone()
    browser = Browser()
    browser.begin()
    browser.identify()
    browser.password("wrong")
    assert browser.cookie is None
    cookie = browser.password().headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_wrong_password_says_so_and_how_many_tries_are_left() -> None:
    person = someone()
    page = Browser().log_in(password="wrong")
    assert "账号或密码不正确，请重新输入。还可尝试9次。" in page.text
    (recorded,) = events("login.failure")
    assert (recorded.person, recorded.outcome) == (person.id, "failed")


def test_a_malformed_identifier_says_what_is_wrong_and_keeps_nothing() -> None:
    browser = Browser()
    browser.begin()
    browser.identify("010101199003070190")
    page = browser.look()
    assert "证件号码校验未通过" in page.text
    assert "010101199003070190" not in page.text


def test_after_too_many_failures_the_page_says_how_long_to_wait(time_travel: MovableClock) -> None:
    someone()
    browser = Browser()
    for _ in range(6):
        page = browser.log_in(password="wrong")
    assert "操作过于频繁" in page.text
    for _ in range(5):
        time_travel.advance(61)
        browser.log_in(password="wrong")
    page = browser.log_in()
    assert "为保护您的账号，登录已暂停，请30分钟后再试。" in page.text
    assert browser.session is None
    assert len(events("login.throttled")) == 2


def test_the_hint_of_the_portal_stands_in_the_box() -> None:
    browser = Browser()
    browser.begin(login_hint='13800001234"><script>')
    assert 'value="13800001234&#34;&gt;&lt;script&gt;"' in browser.look().text


def test_each_tab_has_its_own_attempt() -> None:
    someone()
    browser = Browser()
    first = browser.begin()
    browser.identify()
    second = browser.begin()
    assert "身份证号" in browser.look().text
    browser.attempt = first
    browser.password()
    assert browser.arrived
    browser.attempt = second
    assert browser.arrived


def test_a_form_of_a_page_already_left_changes_nothing() -> None:
    someone()
    browser = Browser()
    browser.begin()
    browser.identify()
    browser.send("identifier", identifier=ABSENT)
    assert "0****************X" in browser.look().text


def test_another_account_starts_over_with_the_identifier() -> None:
    someone()
    browser = Browser()
    browser.begin()
    browser.identify()
    browser.send(action="other")
    assert 'name="identifier"' in browser.look().text


def test_cancelling_goes_back_with_nothing_granted() -> None:
    browser = Browser()
    browser.begin()
    browser.send(action="cancel")
    assert browser.arrived
    attempt = attempts.peek(browser.attempt)
    assert attempt
    assert attempt.outcome == "cancelled"
    assert browser.session is None


def test_cancelling_a_login_of_our_own_pages_goes_home() -> None:
    browser = Browser()
    browser.begin(return_to="/account/", client_id=None)
    browser.send(action="cancel")
    assert browser.look().location == "/"


def test_a_page_left_open_too_long_restarts_from_its_own_request(test_settings: settings.Settings) -> None:
    someone()
    browser = Browser()
    expired = browser.begin(level=2)
    browser.look()
    redis.call("DEL", attempts._attempts().key(expired))
    page = browser.look()
    assert page.status_code == 410
    assert "登录页面已过期" in page.text
    answer = browser.client.post(f"/login/{expired}/restart", data={"csrf_token": csrf(page.text)})
    browser.attempt = answer.location.removeprefix("/login/")
    again = attempts.peek(browser.attempt)
    assert again
    assert again.requirement.level == 2
    assert again.return_to == f"/authorize/continue/{browser.attempt}"
    assert again.params == {"request": {"redirect_uri": "https://portal.example/cb"}}
    browser.identify()
    browser.password()
    assert "等级不足" in browser.look().text


def test_an_attempt_nobody_looked_at_is_not_kept_longer() -> None:
    browser = Browser()
    attempt_id = browser.begin()
    redis.call("DEL", attempts._attempts().key(attempt_id))
    assert browser.look().status_code == 404


@pytest.mark.parametrize("path", ["", "/restart"])
def test_another_browser_gets_neither_the_attempt_nor_its_request(path: str) -> None:
    mine, other = Browser(), Browser("browser two")
    mine.begin()
    token = csrf(mine.look().text)
    other.attempt = mine.attempt
    page = other.look()
    assert page.status_code == 404
    assert "登录页面已过期" in page.text
    other.begin()
    token = csrf(other.look().text)
    answer = other.client.post(
        f"/login/{mine.attempt}{path}", data={"csrf_token": token, "step": "identifier", "identifier": NUMBER}
    )
    assert answer.status_code == 404
    assert 'name="identifier"' in mine.look().text


def test_an_unknown_attempt_has_a_way_home() -> None:
    browser = Browser()
    browser.attempt = "nobody-made-this"
    page = browser.look()
    assert page.status_code == 404
    assert 'href="/"' in page.text


def test_the_forms_may_end_at_the_portal() -> None:
    browser = Browser()
    browser.begin()
    assert "https://portal.example" in browser.look().headers["Content-Security-Policy"]


def test_the_pages_speak_english_too() -> None:
    browser = Browser()
    browser.begin()
    page = browser.client.get(f"/login/{browser.attempt}?lang=en")
    assert "ID number, mobile number or unified social credit code" in page.text


def test_with_redis_down_the_login_is_refused_and_not_let_through(test_settings: settings.Settings) -> None:
    someone()
    browser = Browser()
    browser.begin()
    browser.identify()
    form = {"csrf_token": csrf(browser.look().text), "step": "password", "password": PASSWORD}
    redis.open("unix:///nowhere/valkey.sock")
    try:
        answer = browser.client.post(f"/login/{browser.attempt}", data=form)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
    finally:
        redis.open(test_settings.cache_url)
    assert browser.session is None
    browser.password()
    assert browser.arrived


def test_a_full_hashing_queue_costs_nobody_a_try(monkeypatch: pytest.MonkeyPatch) -> None:
    from idp.base.errors import Unavailable

    someone()
    browser = Browser()
    browser.begin()
    browser.identify()

    def full(*_: object) -> bool:
        raise Unavailable("password hashing")

    with monkeypatch.context() as patch:
        patch.setattr(authenticators.password, "check", full)
        for _ in range(12):
            assert browser.password().status_code == 503
    browser.password()
    assert browser.arrived


def test_an_attempt_that_ended_keeps_nothing() -> None:
    browser = Browser()
    browser.begin()
    browser.look()
    assert attempts.take(browser.attempt) is not None
    assert attempts.take(browser.attempt) is None
    assert browser.look().status_code == 404
