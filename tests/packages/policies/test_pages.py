"""Branding and notices on the way to a portal: beside the platform's own name, never instead of it."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask

import idp
from idp.base import clock
from idp.policies.kinds.branding import ACCENTS
from tests.actors import Person, Portal, citizen, portal
from tests.approving import ask_for_codes, kiosk
from tests.officers import CITY, OTHER_CITY, PROVINCE, grow_tree
from tests.policies import branding, catalogue, item, publish

pytestmark = pytest.mark.usefixtures("stores")

THEIRS = branding(
    name="示范市政务服务", name_en="Demo City Services", hotline="12345", hours="工作日9时至17时",
    hours_en="Working days", accent="teal", icp="示ICP备12345678号", police="示公网安备12345678号",
)  # fmt: skip
TOLD = ("示范市政务服务", "12345", "工作日9时至17时", "示ICP备12345678号", "示公网安备12345678号")


@pytest.fixture
def office(stores: None) -> Portal:
    """A portal of a city that presents itself and tells something."""
    grow_tree()
    publish("branding", THEIRS, CITY)
    now = clock.now()
    notice = {
        "text": "系统将于今晚维护",
        "text_en": "Upkeep tonight",
        "starts_at": now - 1,
        "ends_at": now + 600,
    }
    publish("notices", {"notices": [{**notice, "tone": "warning"}]}, PROVINCE)
    return portal("office", division=CITY, scopes=("openid", "profile", "age"))


def demand_both(page: str) -> None:
    """The division presents itself, and the platform stays who it is."""
    for words in TOLD:
        assert words in page, words
    assert "示范省统一身份认证平台" in page
    assert "http://127.0.0.1:8080" in page
    assert '<span class="brand-name">统一身份认证平台</span>' in page
    assert 'class="masthead accent-teal"' in page
    assert re.search(r'<p class="alert alert-warning announcement">系统将于今晚维护</p>', page)


def test_login_and_consent_of_a_portal_show_them(app: Flask, office: Portal) -> None:
    me = Person(app)
    path = me.authorize(office).location
    demand_both(me.get(path).text)
    english = me.get(path, headers={"Accept-Language": "en"}).text
    assert "Demo City Services" in english
    assert "Upkeep tonight" in english
    me.log_in(citizen())
    answer = me.authorize(office, prompt="consent")
    while "/consent/" not in answer.location:
        answer = me.get(answer.location)
    demand_both(me.get(answer.location).text)


def test_the_page_of_a_kiosk_and_of_its_item_show_them(app: Flask, office: Portal) -> None:
    publish("items", catalogue(A_1=item(name="自助打印证明")), PROVINCE)
    me = Person(app)
    me.log_in(citizen())
    device = ask_for_codes(me, kiosk(division=CITY), item_code="A-1")
    path = "/device?" + urlencode({"user_code": device.user_code})
    page = me.get(path).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    answer = me.post("/device", {"csrf_token": token[1], "user_code": device.user_code})
    page = me.get(answer.location).text
    demand_both(page)
    assert '<dd id="item">自助打印证明</dd>' in page


def test_the_logout_that_a_portal_asked_for_shows_them(app: Flask, office: Portal) -> None:
    me = Person(app)
    me.log_in(citizen())
    hint = me.tokens(office)["id_token"]
    me.log_in(citizen("010102195109231025", "李示兰"))
    page = me.get(me.get("/end_session?" + urlencode({"id_token_hint": hint})).location).text
    demand_both(page)


def test_pages_of_others_show_nothing_of_it(app: Flask, office: Portal) -> None:
    me = Person(app)
    neighbour = portal("neighbour", division=OTHER_CITY)
    for page in (me.get("/").text, me.get(me.authorize(neighbour).location).text):
        assert not [words for words in TOLD if words in page]
        assert 'class="masthead"' in page


def test_a_page_is_shown_also_when_no_policy_can_be_read(
    app: Flask, office: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    from idp import policies
    from idp.base.errors import Unavailable
    from idp.policies import queries

    me = Person(app)
    path = me.authorize(office).location

    def away() -> int:
        raise Unavailable("database")

    policies.forget()
    monkeypatch.setattr(queries, "changes", away)
    page = me.get(path)
    assert page.status_code == 200
    assert "示范市政务服务" not in page.text


def test_the_item_is_named_while_it_is_applied_for(app: Flask, office: Portal) -> None:
    publish("items", catalogue(A_1=item(name="食品经营许可", level=3)), PROVINCE)
    me = Person(app)
    assert "您正在办理：食品经营许可" in me.get(me.authorize(office, item_code="A-1").location).text


@pytest.mark.parametrize("accent", ACCENTS)
def test_white_reads_on_every_colour(accent: str) -> None:
    """WCAG 2.2 §1.4.3 asks for 4.5 to 1."""
    sheet = (Path(idp.__file__).parent / "static" / "theme.css").read_text(encoding="utf-8")
    name = r"--blue" if accent == "blue" else rf"\.masthead\.accent-{accent} \{{ background"
    found = re.search(rf"{name}: #([0-9a-f]{{6}})", sheet)
    assert found
    parts = [int(found[1][place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (light + 0.05) >= 7
