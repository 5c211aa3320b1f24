"""The session cookie opens a session, the browser mark stays, and doubtful cookies count as none."""

import re

import pytest
from flask import Response
from flask.testing import FlaskClient

from idp import pages, settings
from idp.pages import cookies
from tests.webface import citizen, log_in


def test_a_browser_keeps_its_mark(browser: FlaskClient) -> None:
    first = browser.get("/trial/form")
    mark = re.search(r'role="alert">([\w-]{43})<', first.text)
    assert mark
    assert f"browser={mark[1]}" in first.headers["Set-Cookie"]
    second = browser.get("/trial/form")
    assert mark[1] in second.text
    assert "Set-Cookie" not in second.headers


def test_pages_that_need_no_mark_set_no_cookie(browser: FlaskClient) -> None:
    assert "Set-Cookie" not in browser.get("/").headers


@pytest.mark.parametrize("mark", ["", "x", "a" * 44, "a" * 42 + "!"])
def test_a_mark_that_is_not_ours_is_replaced(browser: FlaskClient, mark: str) -> None:
    browser.set_cookie("browser", mark)
    assert browser.get("/trial/form").headers["Set-Cookie"].startswith("browser=")


def test_two_session_cookies_count_as_none(browser: FlaskClient) -> None:
    log_in(browser, citizen())
    cookie = browser.get_cookie("sid")
    assert cookie
    assert "已登录" in browser.get("/").text
    bare = browser.application.test_client(use_cookies=False)
    assert "已登录" in bare.get("/", headers={"Cookie": f"sid={cookie.value}"}).text
    assert "已登录" not in bare.get("/", headers={"Cookie": f"sid=aaaa; sid={cookie.value}"}).text


def test_cookies_are_bound_to_this_host_under_https(
    browser: FlaskClient, test_settings: settings.Settings
) -> None:
    settings.use(test_settings.model_copy(update={"issuer": "https://sso.example.gov.cn"}))
    with browser.application.test_request_context("/"):
        response = Response()
        pages.set_session(response, "value")
        assert cookies.name("view") == "__Host-view"
    header = response.headers["Set-Cookie"]
    assert header == "__Host-sid=value; Secure; HttpOnly; Path=/; SameSite=Lax"


def test_clearing_takes_the_session_from_browser_and_page(browser: FlaskClient) -> None:
    with browser.application.test_request_context("/"):
        response = Response()
        pages.clear_session(response)
        assert pages.session() is None
    assert "Max-Age=0" in response.headers["Set-Cookie"]
