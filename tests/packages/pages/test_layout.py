"""The frame of every page: landmarks, language, one small style sheet, no script."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

import clients
from idp.pages import headers
from tests.webface import citizen, log_in


class Portal:
    """As much of a client as the home page shows."""

    client_id, name, name_en, home_uri = "tax", "<b>税务</b>", "Tax", "https://tax.example/"
    organization, organization_en = "税务局", "Tax Bureau"


@pytest.mark.parametrize("path", ["/", "/nope", "/trial/busy"])
def test_every_page_has_its_landmarks_and_no_script(browser: FlaskClient, path: str) -> None:
    html = browser.get(path).text
    for part in ('<a class="skip" href="#main">', "<header", '<main id="main"', "<footer", "<title>", "<h1"):
        assert html.count(part) == 1, part
    assert not re.search(r"<script|<style|style=|javascript:|\son\w+=|https?://(?!127\.0\.0\.1)", html)


def test_the_style_sheet_is_one_small_part_kept_for_good(browser: FlaskClient) -> None:
    address = re.search(r'rel="stylesheet" href="([^"]+)"', browser.get("/").text)
    assert address
    plain = browser.get(address[1])
    packed = browser.get(address[1], headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < 40_000 < len(plain.data)
    assert "immutable" in packed.headers["Cache-Control"]
    assert ".elder-3" in plain.text
    assert not re.search(r"@import|url\((?!\"?data:)|sourceMappingURL", plain.text)


def test_a_page_and_its_parts_weigh_less_than_150_kb(browser: FlaskClient) -> None:
    html = browser.get("/").text
    parts = re.findall(r'(?:href|src)="(/assets/[^"]+)"', html)
    weight = len(html) + sum(
        len(browser.get(part, headers={"Accept-Encoding": "gzip"}).data) for part in set(parts)
    )
    assert weight < 60_000


def test_the_home_page_names_the_visitor_masked(browser: FlaskClient) -> None:
    log_in(browser, citizen("张示范"))
    html = browser.get("/").text
    assert "张*范" in html
    assert "张示范" not in html
    assert 'href="/end_session"' in html


def test_the_home_page_lists_portals_or_says_why_there_are_none(
    browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    portals: list[Any] = []
    monkeypatch.setattr(clients, "listed", lambda: portals)
    assert "还没有接入任何网站" in browser.get("/").text
    portals.append(Portal())
    html = browser.get("/").text
    assert 'href="https://tax.example/"' in html
    assert "&lt;b&gt;税务&lt;/b&gt;" in html
    assert "Tax Bureau" in browser.get("/?lang=en").text


def test_forms_may_end_at_the_portal_a_page_names_and_nowhere_else(browser: FlaskClient) -> None:
    policy = browser.get("/trial/form").headers["Content-Security-Policy"]
    assert "form-action 'self' cn.gov.demo: https://portal.example:8443;" in policy
    assert "evil" not in policy
    assert "form-action 'self';" in browser.get("/").headers["Content-Security-Policy"]
    assert headers.policy([]) == browser.get("/").headers["Content-Security-Policy"]
