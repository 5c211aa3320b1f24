"""Pages speak Chinese unless asked otherwise, and only the languages we have."""

import pytest
from flask.testing import FlaskClient

from idp.pages import language


@pytest.mark.parametrize(
    ("path", "headers", "spoken"),
    [
        ("/nope", {}, "zh-Hans"),
        ("/nope", {"Accept-Language": "en-GB,en;q=0.9,zh;q=0.1"}, "en"),
        ("/nope", {"Accept-Language": "fr,de"}, "zh-Hans"),
        ("/nope", {"Accept-Language": "zh-TW,en"}, "zh-Hans"),
        ("/nope?lang=en", {}, "en"),
        ("/nope?ui_locales=fr+en-US", {}, "en"),
        ("/nope?ui_locales=zh_CN", {"Accept-Language": "en"}, "zh-Hans"),
        ("/nope?lang=en&ui_locales=zh", {}, "en"),
        ("/nope?lang=../../etc/passwd", {"Accept-Language": "en"}, "en"),
        ("/nope?lang=%00&ui_locales=%F0%9F%92%A9", {}, "zh-Hans"),
    ],
)
def test_the_page_speaks_what_was_asked_for(
    browser: FlaskClient, path: str, headers: dict[str, str], spoken: str
) -> None:
    assert f'<html lang="{spoken}"' in browser.get(path, headers=headers).text


def test_the_choice_of_the_person_outlasts_the_wish_of_the_portal(browser: FlaskClient) -> None:
    browser.get("/preferences?lang=en")
    assert '<html lang="en"' in browser.get("/nope?ui_locales=zh-CN").text


def test_english_pages_hold_no_chinese_but_the_switch(browser: FlaskClient) -> None:
    html = browser.get("/?lang=en").text.replace(">中文<", "><")
    assert not [char for char in html if "\u4e00" <= char <= "\u9fff"]


def test_moments_are_told_in_shanghai_time(browser: FlaskClient) -> None:
    with browser.application.test_request_context("/?lang=zh"):
        assert language.moment(1_767_196_800) == "2026年1月1日 00:00"
        assert language.day(1_767_196_800) == "2026年1月1日"
    with browser.application.test_request_context("/?lang=en"):
        assert language.moment(1_767_196_800) == "1 Jan 2026, 00:00"
