"""The page driver fills pages as a browser would."""

import pytest

from tests.interop.browserless import Browser, Stuck, forms
from tests.wire import Answer

_PAGE = """<!doctype html>
<form id=language method=post action=/language><input type=hidden name=csrf value=l>
<button name=to value=en>English</button></form>
<form method="post" action="step"><input type=hidden name=csrf value="a&amp;b">
<input name=identifier value="old">
<input type=password name=password><input type=checkbox name=remember value=1><input name=off disabled>
<select name=kind><option value=id selected>ID<option value=phone>Phone</select></form>
<button form=language name=to value=zh>中文</button>
"""


def _html(text: str, status: int = 200) -> Answer:
    return Answer(status=status, headers=(), body=text.encode())


def test_fields_stand_as_the_page_gave_them_until_a_person_answers() -> None:
    form = forms(_PAGE)[1]
    assert form.fields == {"csrf": "a&b", "identifier": "old", "password": "", "kind": "id"}


def test_the_form_that_asks_most_of_what_is_known_is_answered() -> None:
    request = Browser().fill_in(
        "http://h/login/1", _html(_PAGE), {"identifier": "me", "password": "pw", "to": "fr"}
    )
    assert (request.method, request.url) == ("POST", "http://h/login/step")
    assert request.body == b"csrf=a%26b&identifier=me&password=pw&kind=id"
    assert request.headers["Origin"] == "http://h"


def test_a_button_outside_its_form_is_pressed() -> None:
    request = Browser().fill_in("http://h/login/1", _html(_PAGE), {"to": "zh"})
    assert (request.url, request.body) == ("http://h/language", b"csrf=l&to=zh")


@pytest.mark.parametrize("page", [_html("<p>no form"), _html(_PAGE, 422)])
def test_a_page_that_asks_nothing_known_stops_the_walk(page: Answer) -> None:
    with pytest.raises(Stuck):
        Browser().fill_in("http://h/", page, {"identifier": "me"})


def test_a_page_that_only_asks_to_go_on_is_answered() -> None:
    page = (
        "<form method=post action=/out><input type=hidden name=csrf value=c><button>Log out</button></form>"
    )
    request = Browser().fill_in("http://h/end_session", _html(page), {"identifier": "me"})
    assert (request.url, request.body) == ("http://h/out", b"csrf=c")


def test_cookies_go_back_to_their_own_host_and_path_only() -> None:
    browser = Browser()
    cookies = (("set-cookie", "sid=1; Path=/; HttpOnly"), ("set-cookie", "step=2; Path=/login"))
    browser.keep_cookies("http://h/login/1", Answer(status=200, headers=cookies, body=b""))
    assert browser.cookie_header("http://h/login/2") == {"Cookie": "sid=1; step=2"}
    assert browser.cookie_header("http://h/loginpage") == {"Cookie": "sid=1"}
    assert browser.cookie_header("http://other/login/2") == {}


def test_a_cookie_with_no_age_left_is_forgotten() -> None:
    browser = Browser()
    for value in ("sid=1; Path=/", "sid=1; Path=/; Max-Age=0"):
        browser.keep_cookies("http://h/", Answer(status=200, headers=(("set-cookie", value),), body=b""))
    assert browser.cookie_header("http://h/") == {}
