"""Announcements of a portal: written within reach, shown at that portal alone, for a while."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from idp import announcements
from idp.announcements import service
from idp.base import clock
from idp.base.clock import SHANGHAI
from tests.actors import Person, citizen, portal
from tests.conftest import MovableClock
from tests.officers import CITY, OTHER_CITY, Officer, grow_tree, landed
from tests.records import events, nothing_changed, one_event

pytestmark = pytest.mark.usefixtures("stores")

PATH = "/admin/clients/tax/announcements"
TEXT, TEXT_EN = "今晚22时至24时维护", "Maintenance tonight"


def at(hours: float) -> str:
    """A moment from now, as a browser sends it."""
    return f"{datetime.fromtimestamp(clock.now(), SHANGHAI) + timedelta(hours=hours):%Y-%m-%dT%H:%M}"


def form(**changes: str) -> dict[str, str]:
    return {"text": TEXT, "text_en": TEXT_EN, "starts": at(-1), "ends": at(24), **changes}


@pytest.fixture
def officer(app: Flask) -> Officer:
    grow_tree()
    portal("tax", division=CITY)
    portal("health", division=OTHER_CITY)
    return Officer(app, "portal_officer", division=CITY)


def login_page(app: Flask, client_id: str, language: str) -> str:
    """The page somebody sees who comes from a portal."""
    somebody = Person(app)
    came_from = portal(client_id, division=CITY if client_id == "tax" else OTHER_CITY)
    return somebody.get(somebody.authorize(came_from, ui_locales=language).location).text


def test_visitors_of_the_portal_are_told_in_their_language(app: Flask, officer: Officer) -> None:
    with one_event("announcement.change"):
        assert landed(officer.post(PATH, form(), page=PATH)) == PATH
    assert TEXT in login_page(app, "tax", "zh")
    assert TEXT_EN in login_page(app, "tax", "en")
    assert TEXT not in login_page(app, "health", "zh")
    event = events("announcement.change")[-1]
    assert (event.client, officer.member.id in event.detail) == ("tax", True)


def test_the_consent_page_tells_it_too(app: Flask, officer: Officer) -> None:
    officer.post(PATH, form(), page=PATH)
    me = Person(app)
    me.log_in(citizen())
    answer = me.authorize(portal("tax", division=CITY))
    while "/consent/" not in answer.location:
        answer = me.get(answer.location)
    assert TEXT in me.get(answer.location).text


def test_it_begins_and_ends_by_itself(app: Flask, officer: Officer, time_travel: MovableClock) -> None:
    officer.post(PATH, form(starts=at(2), ends=at(4)), page=PATH)
    assert announcements.current("tax") == ()
    assert len(announcements.of_client("tax")) == 1
    time_travel.advance(3 * 3600)
    assert [one.text for one in announcements.current("tax")] == [TEXT]
    time_travel.advance(2 * 3600)
    assert announcements.current("tax") == announcements.of_client("tax") == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": ""}, "可见字符"),
        ({"text_en": ""}, "可见字符"),
        ({"text": "字" * 201}, "可见字符"),
        ({"text": "公告\u202e"}, "可见字符"),
        ({"starts": "soon"}, "日期和时间"),
        ({"ends": "2026-02-30T10:00"}, "日期和时间"),
        ({"ends": "2020-01-01T10:00"}, "晚于"),
        ({"ends": "2099-01-01T10:00"}, "90天"),
    ],
)
def test_what_cannot_be_shown_is_refused_whole(officer: Officer, changes: dict[str, str], words: str) -> None:
    with nothing_changed():
        answer = officer.post(PATH, form(**changes), page=PATH)
    assert answer.status_code == 400
    assert words in answer.text
    assert events("announcement.change") == []


def test_three_are_enough_and_one_is_taken_back(officer: Officer) -> None:
    for _ in range(3):
        officer.post(PATH, form(), page=PATH)
    with nothing_changed():
        assert "先撤下一条" in officer.post(PATH, form(), page=PATH).text
    first = announcements.of_client("tax")[0]
    with one_event("announcement.change"):
        assert landed(officer.post(f"{PATH}/{first.id}/withdraw", page=PATH)) == PATH
    assert len(announcements.of_client("tax")) == 2
    assert announcements.find(first.id) is None


def test_another_citys_portal_is_not_there(officer: Officer) -> None:
    path = "/admin/clients/health/announcements"
    with nothing_changed():
        assert officer.get(path).status_code == 404
        assert officer.post(path, form(), page=PATH).status_code == 404
        assert officer.post(f"{path}/none/withdraw", page=PATH).status_code == 404
    begins = clock.now()
    theirs = service.announce(
        "health", text="公告", text_en="News", starts_at=begins, ends_at=begins + 3600, operator="x"
    )
    with nothing_changed():
        assert landed(officer.post(f"{PATH}/{theirs}/withdraw", page=PATH)) == PATH


def test_signs_of_markup_and_templates_are_told_as_text(app: Flask, officer: Officer) -> None:
    officer.post(PATH, form(text="{{7*7}} &amp; 'x'"), page=PATH)
    assert "{{7*7}} &amp;amp; &#39;x&#39;" in login_page(app, "tax", "zh")


@pytest.mark.parametrize(
    "text",
    [
        "请访问 https://evil.example", "详见www.evil.example", "写信到help@evil.example", "登录evil.cn",
        "致电13800138000", "<b>重要</b>", "a\u202eb",
    ],
)  # fmt: skip
def test_k12_an_announcement_sends_nobody_anywhere_else(text: str, officer: Officer) -> None:
    with nothing_changed():
        assert officer.post(PATH, form(text=text), page=PATH).status_code == 400
    assert announcements.of_client("tax") == ()


def test_a_short_number_that_everybody_knows_may_be_told(officer: Officer) -> None:
    assert landed(officer.post(PATH, form(text="如有疑问请拨打12345。"), page=PATH)) == PATH
