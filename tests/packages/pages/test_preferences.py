"""Language, elder version and contrast are kept in one cookie and lead back to where one was."""

import pytest
from flask.testing import FlaskClient

from idp.pages.preferences import Preferences, local_path, parse


def test_the_elder_version_is_a_class_of_the_root_element(browser: FlaskClient) -> None:
    browser.get("/preferences?elder=2")
    assert '<html lang="zh-Hans" class="elder elder-2">' in browser.get("/").text
    browser.get("/preferences?contrast=1")
    assert 'class="elder elder-2 contrast"' in browser.get("/").text
    browser.get("/preferences?elder=0")
    assert '<html lang="zh-Hans" class="contrast">' in browser.get("/").text


def test_the_switches_come_back_to_the_same_address(browser: FlaskClient) -> None:
    assert "next=/nope%3Fa%3Db%26c%3Dd" in browser.get("/nope?a=b&c=d").text
    answer = browser.get("/preferences?elder=1&next=/nope%3Fa%3Db%26c%3Dd")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/nope?a=b&c=d")


def test_on_the_answer_to_a_form_the_switches_lead_to_its_page(browser: FlaskClient) -> None:
    for path, page in (("/trial/form/sent/now", "/trial/form"), ("/trial/change", "/")):
        html = browser.post(path, headers={"Sec-Fetch-Site": "cross-site"}).text
        assert f'elder=1&amp;next={page}"' in html


@pytest.mark.parametrize("wish", ["lang=fr", "elder=9", "elder=-1", "contrast=yes", "elder=１", ""])
def test_bad_wishes_change_nothing(browser: FlaskClient, wish: str) -> None:
    browser.get("/preferences?lang=en&elder=3&contrast=1")
    assert browser.get(f"/preferences?{wish}").status_code == 303
    assert '<html lang="en" class="elder elder-3 contrast">' in browser.get("/").text


@pytest.mark.parametrize("text", ["", "x", "en.9.0", "en.1.0\n", "fr.1.1", "zh-Hans.1", "../..", "en.1.1.1"])
def test_a_foreign_cookie_is_no_wish(text: str) -> None:
    assert parse(text) == Preferences()


@pytest.mark.parametrize(
    "text",
    ["", "//evil.example", "https://evil.example", "/\\evil.example", "\\/evil", "/a\r\nX: y", "/a b", "/张",
     "x", "/" + "a" * 2000, "javascript:alert(1)", "/\tevil"],
)  # fmt: skip
def test_only_a_path_of_this_site_is_gone_to(browser: FlaskClient, text: str) -> None:
    assert local_path(text) == "/"
    answer = browser.get("/preferences", query_string={"next": text})
    assert answer.headers["Location"] == "/"
