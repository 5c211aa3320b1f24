"""My activity: who got which of my data when, in my own words, and never another's lines."""

import re

import pytest

from idp import audit
from idp.account import activity
from idp.audit import jobs, queries
from tests.packages.account.conftest import Citizen
from tests.webface import citizen


def recorded(someone: Citizen, count: int = 1) -> None:
    for number in range(count):
        audit.record(
            "userinfo.read",
            person=someone.person_id,
            client=f"gone-{number}",
            scope="profile phone",
            item="3501-A",
        )  # fmt: skip
    jobs.ship()


def rows(html: str) -> list[str]:
    """The lines of the table, without their marks."""
    found = re.findall(r"<tr><td.*?</tr>", html, re.DOTALL)
    return [re.sub(r"<[^>]+>|\s+", " ", one) for one in found]


def test_a_portal_that_read_data_is_shown_with_the_data_and_the_item(someone: Citizen) -> None:
    recorded(someone)
    (line,) = [one for one in rows(someone.page("activity")) if "gone-0" in one]
    assert "应用读取了您的信息" in line
    assert "手机号" in line
    assert "办理事项：3501-A" in line


def test_entering_and_consents_are_told_in_ones_own_words(someone: Citizen) -> None:
    audit.record("authz.grant", person=someone.person_id, client="tax", scope="openid profile")
    audit.record("consent.grant", person=someone.person_id, client="tax", scope=["phone"], purpose="办理退税")
    audit.record("consent.grant", person=someone.person_id, client="tax", outcome="refused", scope=["phone"])
    audit.record("consent.withdraw", person=someone.person_id, client="tax", scope=["phone"])
    audit.record(
        "audit.search",
        person=someone.person_id,
        operator="auditor-1",
        case="2026-17",
        reason="secret inquiry",
    )
    jobs.ship()
    html = someone.page("activity")
    for words in (
        "您进入了应用", "您同意提供信息", "用途：办理退税", "您不同意提供信息", "您撤回了授权",
        "管理人员因办案查阅了您的使用记录",
    ):  # fmt: skip
        assert words in html
    for secret in ("auditor-1", "2026-17", "secret inquiry"):
        assert secret not in html


def test_the_same_in_english(someone: Citizen) -> None:
    recorded(someone)
    html = someone.browser.get("/account/activity?lang=en", follow_redirects=True).text
    assert "The application read your data" in html
    assert "Who saw my data" in html


@pytest.mark.parametrize("view", ["data", "consents", "logins"])
def test_a_view_shows_its_kinds_alone(someone: Citizen, view: str) -> None:
    audit.record("consent.withdraw", person=someone.person_id, client="in-consents")
    audit.record("userinfo.read", person=someone.person_id, client="in-data")
    audit.record("login.failure", person=someone.person_id, client="in-logins", outcome="failed")
    jobs.ship()
    html = someone.page(f"activity?show={view}")
    assert [name for name in ("data", "consents", "logins") if f"in-{name}" in html] == [view]


def test_pages_go_on_where_the_last_one_ended(someone: Citizen) -> None:
    recorded(someone, 2 * activity.PAGE + 5)
    seen: list[str] = []
    path = "activity?show=data"
    while path:
        html = someone.page(path)
        seen += [line for line in re.findall(r"gone-\d+", html) if line not in seen]
        older = re.search(r'<a id="older" rel="next" href="/account/([^"]+)"', html)
        path = older[1].replace("&amp;", "&") if older else ""
        audit.record("userinfo.read", person=someone.person_id, client="meanwhile")
        jobs.ship()
    assert seen == [f"gone-{number}" for number in reversed(range(2 * activity.PAGE + 5))]


def test_nobody_sees_anothers_lines_whatever_cursor_is_shown(someone: Citizen) -> None:
    other = citizen("王示例", "010101198001010013")
    for number in range(3):
        audit.record("userinfo.read", person=other, client=f"others-{number}", scope="profile")
    recorded(someone)
    jobs.ship()
    theirs = [event.id for event in queries.events(person=other)]
    for cursor in (*theirs, "f" * 8 + "-ffff-7fff-afff-" + "f" * 12):
        html = someone.page(f"activity?before={cursor}")
        assert "others-" not in html
    assert "others-" not in someone.page(f"activity?before={theirs[0]}&person={other}")


@pytest.mark.parametrize("query", ["before='x", "show=all", "show=data&before=" + "9" * 500])
def test_what_no_page_of_ours_asks_for_shows_the_newest(someone: Citizen, query: str) -> None:
    recorded(someone)
    assert "gone-0" in someone.page(f"activity?{query}")


def test_text_from_elsewhere_stays_text(someone: Citizen) -> None:
    audit.record(
        "userinfo.read", person=someone.person_id, client="<script>alert(1)</script>", item="<b>x</b>"
    )
    jobs.ship()
    html = someone.page("activity")
    assert "<script>alert" not in html
    assert "<b>x</b>" not in html


def test_every_kind_that_is_shown_is_of_the_closed_list() -> None:
    shown = activity.VIEWS[""][1]
    assert set(shown) <= set(audit_kinds())
    assert set(activity.DENIED) <= set(shown)


def audit_kinds() -> list[str]:
    from idp.audit.events import KINDS

    return list(KINDS)
