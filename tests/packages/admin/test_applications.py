"""Applications in the console: who sees them, who decides, and what a page says when it may not be."""

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask

import clients
from clients import applications
from clients.applications import jobs, service
from clients.applications.service import requests
from idp.divisions import Reach
from tests.applying import (
    FILING,
    developer,
    drafted,
    in_force,
    registration,
    restricted,
    reviewed,
    state,
    submitted,
    version,
)
from tests.officers import CITY, OTHER_PROVINCE, PROVINCE, Officer, landed
from tests.records import events, nothing_changed

pytestmark = pytest.mark.usefixtures("stores")

CLERK, CHIEF = "portal_officer", "security_administrator"


def at(made: str, step: str = "") -> str:
    return f"/admin/applications/{made}" + (f"/{step}" if step else "")


def decision(made: str, **changes: Any) -> dict[str, Any]:
    return {"version": version(made), "outcome": "approved", "comment": "符合要求", **changes}


def test_an_application_goes_through_two_pages_into_production(app: Flask) -> None:
    made = submitted(**restricted())
    clerk = Officer(app, CLERK, division=PROVINCE)
    chief = Officer(app, CHIEF, division=PROVINCE)
    assert "示范门户" in clerk.get("/admin/applications").text
    page = clerk.get(at(made)).text
    assert "https://good.example/cb" in page
    assert "受限数据" in page
    assert 'id="approve"' not in chief.get(at(made)).text
    assert landed(clerk.post(at(made, "review"), decision(made), page=at(made))) == at(made)
    assert 'id="approve"' not in clerk.get(at(made)).text
    assert landed(chief.post(at(made, "approve"), decision(made), page=at(made))) == at(made)
    assert jobs.begin_approved() == 1
    assert "已上线" in clerk.get(at(made)).text
    portal = clients.find("portal-a")
    assert portal
    assert portal.item_codes == ("DEMO-ITEM-0001",)


def test_a_change_is_shown_beside_what_is_in_force(app: Flask) -> None:
    in_force()
    made = submitted(redirect_uris=["https://good.example/new"])
    page = Officer(app, CLERK, division=PROVINCE).get(at(made)).text
    table = page[page.index('id="changes"') : page.index("</table>")]
    assert "https://good.example/cb" in table
    assert "https://good.example/new" in table
    assert "现行" in table
    assert "示范市政务服务局" not in table


@pytest.mark.parametrize("division", [OTHER_PROVINCE, CITY])
def test_out_of_reach_there_is_no_application(division: str, app: Flask) -> None:
    made = submitted()
    clerk = Officer(app, CLERK, division=division)
    assert clerk.get(at(made)).status_code == 404
    assert "示范门户" not in clerk.get("/admin/applications").text
    with nothing_changed():
        assert clerk.post(at(made, "review"), decision(made)).status_code == 404
    assert state(made) == "submitted"
    assert len(events("admin.deny")) == 2


def test_a_team_s_draft_is_nobody_else_s(app: Flask) -> None:
    assert Officer(app, CLERK, division=PROVINCE).get(at(drafted())).status_code == 404


def test_a_page_of_yesterday_decides_nothing(app: Flask) -> None:
    made = submitted()
    clerk = Officer(app, CLERK, division=PROVINCE)
    for stale in ("1", "", "-1", "x", "9" * 30):
        answer = clerk.post(at(made, "review"), decision(made, version=stale), page=at(made))
        assert answer.status_code == 412
        assert "申请在您查看之后已有变化" in answer.text
    assert state(made) == "submitted"
    assert {event.reason for event in events("application.decide")} == {"stale"}


def test_a_no_says_why(app: Flask) -> None:
    made = submitted()
    clerk = Officer(app, CLERK, division=PROVINCE)
    answer = clerk.post(at(made, "review"), decision(made, outcome="", comment=" "), page=at(made))
    assert answer.status_code == 400
    assert "驳回时必须说明理由" in answer.text
    no = decision(made, outcome="rejected", comment="用途不明确")
    assert landed(clerk.post(at(made, "review"), no, page=at(made))) == at(made)
    page = clerk.get(at(made)).text
    assert "用途不明确" in page
    assert "已驳回" in page


def test_hostile_texts_are_shown_as_text(app: Flask) -> None:
    made = submitted()
    service.recall(made, version=version(made), actor=developer())
    evil = "<img src=x onerror=alert(1)>\"'{{7*7}}"
    entry = registration(
        name=evil, purpose=evil, contacts=[evil], jwks={"keys": [{"kid": evil}]}, jwks_uri=""
    )
    service.change(made, version=version(made), entry=entry, filing=evil, actor=developer())
    service.withdraw(made, version=version(made), actor=developer())
    clerk = Officer(app, CLERK, division=PROVINCE)
    for page in (clerk.get(at(made)).text, clerk.get("/admin/applications?show=ended").text):
        assert "<img src=x" not in page
        assert "{{7*7}}" in page


def test_an_officer_files_for_a_body_without_developers_and_two_others_decide(app: Flask) -> None:
    clerk, other = Officer(app, CLERK, division=PROVINCE), Officer(app, CLERK, division=PROVINCE)
    new = {"client_id": "office", "place": PROVINCE}
    edit = landed(clerk.post("/admin/applications", new, page="/admin/applications/new"))
    made = edit.split("/")[3]
    assert landed(clerk.post(edit, _typed(made), page=edit)) == at(made)
    assert "自动检查全部通过" in clerk.get(at(made)).text
    assert other.get(at(made)).status_code == 404
    assert landed(clerk.post(at(made, "submit"), {"version": version(made)}, page=at(made))) == at(made)
    own = clerk.post(at(made, "review"), decision(made), page=at(made))
    assert own.status_code == 403
    assert "不能审批自己提交的申请" in own.text
    assert landed(other.post(at(made, "review"), decision(made), page=at(made))) == at(made)
    found = applications.find(made)
    assert found
    assert found.state == "reviewed"
    assert (found.scopes, found.filing) == (("openid", "realname"), FILING)


def test_a_filed_draft_says_what_is_missing(app: Flask) -> None:
    clerk = Officer(app, CLERK, division=PROVINCE)
    new = {"client_id": "office", "place": PROVINCE}
    made = landed(clerk.post("/admin/applications", new, page="/admin/applications/new")).split("/")[3]
    answer = clerk.post(at(made, "submit"), {"version": version(made)}, page=at(made))
    assert answer.status_code == 422
    assert "<code>filing</code>：须填写网络安全等级保护备案编号，4至60个字符</li>" in answer.text
    assert "must give" not in answer.text
    assert state(made) == "draft"
    for keys in ("{", '{"keys":[{"kid":"\\ud800"}]}'):
        wrong = clerk.post(
            at(made, "edit"), _typed(made) | {"jwks": keys, "scope": "phone"}, page=at(made, "edit")
        )
        assert wrong.status_code == 400
        assert "公钥集须为JSON格式" in wrong.text
    day = clerk.post(at(made, "edit"), _typed(made) | {"effective_at": "soon"}, page=at(made, "edit"))
    assert "日期请写成" in day.text
    assert version(made) == 1


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"client_id": "Office!", "place": PROVINCE}, "client_id"),
        ({"client_id": "office", "place": OTHER_PROVINCE}, "place"),
        ({"client_id": "office", "place": "999999"}, "place"),
        ({"client_id": "portal-a", "place": PROVINCE}, "client_id"),
    ],
)
def test_a_filing_for_another_s_portal_or_place_is_not_begun(
    form: dict[str, str], field: str, app: Flask
) -> None:
    in_force()
    clerk = Officer(app, CLERK, division=PROVINCE)
    with nothing_changed():
        answer = clerk.post("/admin/applications", form, page="/admin/applications/new")
    assert answer.status_code >= 400
    assert f'href="#{field}"' in answer.text


def test_a_portal_is_retired_and_lists_follow(app: Flask) -> None:
    made = in_force()
    clerk = Officer(app, CLERK, division=PROVINCE)
    assert "示范门户" in clerk.get("/admin/applications?show=live").text
    assert "示范门户" not in clerk.get("/admin/applications?show=due").text
    assert landed(clerk.post(at(made, "confirm"), {"version": version(made)}, page=at(made))) == at(made)
    assert landed(clerk.post(at(made, "retire"), {"version": version(made)}, page=at(made))) == at(made)
    assert "已下线" in clerk.get("/admin/applications?show=ended").text
    clients.forget()
    portal = clients.find("portal-a")
    assert portal
    assert not portal.enabled


def test_long_lists_have_a_next_page(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "MOST_OPEN", 100)
    for number in range(31):
        submitted(f"portal-{number:02}", place=Reach(division=PROVINCE), sector=f"s{number}.example")
    clerk = Officer(app, CLERK, division=PROVINCE)
    first = clerk.get("/admin/applications").text
    link = re.search(r'href="(/admin/applications\?show=waiting&amp;after=[^"]+)"', first)
    assert link
    second = clerk.get(unescape(link[1])).text
    shown = [set(re.findall(r"portal-\d\d", page)) for page in (first, second)]
    assert (len(shown[0]), len(shown[1])) == (30, 1)
    assert not shown[0] & shown[1]


def test_who_only_reads_gets_no_button(app: Flask) -> None:
    made = reviewed()
    page = Officer(app, CLERK, division=PROVINCE).get(at(made)).text
    assert "这一步由具有相应权限的人员完成。" in page


def _typed(made: str) -> dict[str, Any]:
    """The form, filled in."""
    entry = registration()
    names = (
        "name", "name_en", "organization", "organization_en", "contact", "purpose", "purpose_en", "retention",
        "retention_en", "jwks_uri", "token_endpoint_auth_method",
    )  # fmt: skip
    return {name: entry[name] for name in names} | {
        "redirect_uris": "https://office.example/cb\nhttps://office.example/cb2",
        "scope": ["openid", "realname"],
        "basis-realname": "statutory_duty",
        "law-realname": "《示范条例》第十二条",
        "filing": FILING,
        "version": version(made),
    }
