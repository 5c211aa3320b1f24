"""The portal's pages: two languages, what they show, what they never show, and what they forbid."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from clients.samples import enterprise, portal, social_security, tax
from clients.samples.portal import words
from clients.samples.portal.english import ENGLISH

from .conftest import ISSUER, Browser

FOLDER = Path(portal.__file__).parent


def chinese_texts() -> set[str]:
    """Every Chinese text the portals can show."""
    texts = {words.UNKNOWN_ERROR}
    for table in (words.LEVELS, words.METHODS, words.CLAIMS, words.ERRORS):
        texts |= set(table.values())
    for design in (tax.DESIGN, social_security.DESIGN, enterprise.DESIGN):
        texts |= {design.name, design.motto}
        texts |= {text for service in design.services for text in (service.name, service.about)}
    for template in FOLDER.glob("templates/portal/*.html"):
        found = re.findall(
            r"""["']([^"'<>]*[\u4e00-\u9fff][^"'<>]*)["']""", template.read_text(encoding="utf-8")
        )
        texts |= set(found)
    for source in FOLDER.glob("*.py"):
        if source.name != "english.py":
            texts |= {
                str(node.value)
                for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
                if isinstance(node, ast.Constant) and re.search("[\u4e00-\u9fff]", str(node.value))
            }
    return {text for text in texts if text not in ("、",) and "PORTAL_" not in text}


def test_every_text_has_its_english_and_none_is_left_over() -> None:
    assert chinese_texts() == set(ENGLISH)


def test_no_chinese_stands_in_a_template_outside_a_translation() -> None:
    for template in FOLDER.glob("templates/portal/*.html"):
        bare = re.sub(r"\{[{%].*?[}%]\}", "", template.read_text(encoding="utf-8"))
        assert re.findall("[\u4e00-\u9fff]+", bare) in ([], ["中文"]), template.name


def test_chinese_comes_first_and_english_is_remembered(browser: Browser) -> None:
    assert 'lang="zh-CN"' in browser.get("/").text
    assert "Log in with the unified identity" in browser.get("/?lang=en").text
    assert "Log in with the unified identity" in browser.get("/").text
    assert browser.ask()["ui_locales"] == "en"
    assert "统一身份认证登录" in browser.get("/?lang=zh").text


def test_the_page_shows_who_by_what_means_and_how_surely(browser: Browser) -> None:
    browser.log_in()
    page = browser.get("/").text
    for text in ("您好，张示", "密码", "二级（实名登录）", "name_masked", "张*", "UserInfo", "s" * 43):
        assert text in page


def test_the_page_shows_neither_access_nor_refresh_token_nor_secret(browser: Browser) -> None:
    browser.log_in()
    page = browser.get("/").text
    assert "rt-2" not in page
    assert "a-secret" not in page


def test_links_to_other_portals_begin_the_login_there(browser: Browser) -> None:
    assert f'href="http://127.0.0.1:8093/start?iss={ISSUER.replace(":", "%3A")}"' in browser.get("/").text


@pytest.mark.parametrize("path", ["/", "/nowhere", "/signed-out", "/start", "/callback"])
def test_every_page_forbids_scripts_frames_and_caches(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<script" not in answer.text
    assert " style=" not in answer.text


def test_a_foreign_host_name_is_refused(browser: Browser) -> None:
    assert browser.http.get("/", base_url="http://evil.example").status_code == 400


def test_our_own_failure_shows_a_reference_and_nothing_else(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("a-secret")

    monkeypatch.setattr(words, "rows", fail)
    browser.log_in()
    answer = browser.get("/")
    assert answer.status_code == 500
    assert re.search("error_[0-9a-f]{8}", answer.text)
    assert "a-secret" not in answer.text


def test_a_portal_runs_without_the_server_and_its_registry() -> None:
    program = "import sys, samples.tax; print({'idp', 'clients'} & {m.split('.')[0] for m in sys.modules})"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=FOLDER.parents[1], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "set()"
