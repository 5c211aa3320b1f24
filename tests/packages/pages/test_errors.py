"""Whatever goes wrong, a person reads what to do next and never how we are built."""

import logging
import re

import pytest
from flask.testing import FlaskClient

from idp.base import trace
from idp.pages import cookies

OURS = re.compile(
    r"Traceback|File \"|SELECT|/var/|werkzeug|flask|python|10\.0\.0\.7|ours alone", re.IGNORECASE
)


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/nope", 404, "没有找到这个页面"),
        ("/trial/change", 405, "不能这样访问这个页面"),
        ("/trial/defect", 500, "系统出错了"),
        ("/trial/busy", 503, "系统繁忙"),
        ("/trial/rejected", 403, "该应用的请求无法处理"),
        ("/trial/status/400", 400, "请求无法处理"),
        ("/trial/status/413", 413, "提交的内容过多"),
        ("/trial/status/415", 415, "提交的内容格式不对"),
        ("/trial/status/418", 418, "请求无法处理"),
    ],
)
def test_every_failure_has_a_page_with_a_next_step_and_a_reference(
    browser: FlaskClient, path: str, status: int, title: str
) -> None:
    with trace.request_context("0123456789abcdef"):
        answer = browser.get(path)
    assert answer.status_code == status
    assert f">{title}</h1>" in answer.text
    assert '<code id="reference">0123456789abcdef</code>' in answer.text
    assert 'href="/">返回首页</a>' in answer.text
    assert not OURS.search(answer.text)


def test_a_page_refused_as_busy_says_when_to_come_back(browser: FlaskClient) -> None:
    assert browser.get("/trial/busy").headers["Retry-After"] == "5"
    limited = browser.get("/trial/limited")
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "17")
    assert "请17秒后再试" in limited.text


def test_a_wrong_method_names_the_right_ones(browser: FlaskClient) -> None:
    assert browser.get("/trial/change").headers["Allow"] == "OPTIONS, POST"


def test_a_defect_is_logged_with_the_reference_the_person_sees(
    browser: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "idp.pages"):
        html = browser.get("/trial/defect").text
    reference = re.search(r'id="reference">([^<]+)<', html)
    assert reference
    assert reference[1] in caplog.text
    assert "RuntimeError" in caplog.text


def test_too_many_cookies_are_answered_with_a_way_out(browser: FlaskClient) -> None:
    bare = browser.application.test_client(use_cookies=False)
    answer = bare.get("/", headers={"Cookie": "; ".join(f"a{n}={'x' * 40}" for n in range(200))})
    assert answer.status_code == 431
    cleared = {line.split("=")[0] for line in answer.headers.getlist("Set-Cookie") if "Max-Age=0" in line}
    assert cleared == set(cookies.OURS)
