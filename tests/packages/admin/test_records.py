"""The record in the console: found within reach, each search on record; refusals explained."""

import re

import pytest
from flask import Flask

from idp import audit
from idp.audit import jobs
from idp.audit.alarm import Sign
from idp.audit.service import keep_alarms
from idp.base import clock
from idp.divisions import NATION
from tests.actors import ISSUER, Person, Portal, portal
from tests.officers import (
    CITY,
    OTHER_CITY,
    OTHER_PROVINCE,
    PROVINCE,
    Officer,
    appointed,
    department,
    grow_tree,
)
from tests.programs import program
from tests.records import events

pytestmark = pytest.mark.usefixtures("stores")


def refused_at(client: Portal, me: Person) -> str:
    """Have a request refused; the reference number the person is shown."""
    page = me.authorize(client, redirect_uri="https://elsewhere.example/cb").text
    found = re.search(r"\b([0-9a-f]{16})\b", page)
    assert found, page
    jobs.ship()
    return found[1]


def test_a_reference_number_leads_to_the_decision_and_its_explanation(
    app: Flask, tax: Portal, me: Person
) -> None:
    reference = refused_at(tax, me)
    page = Officer(app, "support").get(f"/admin/explain?q={reference}")
    assert page.status_code == 200
    assert "APP-001" in page.text
    assert "elsewhere.example" not in page.text


def test_a_code_is_explained_and_an_unknown_one_says_what_to_do(app: Flask) -> None:
    officer = Officer(app, "support")
    assert "RFC 6749" in officer.get("/admin/explain?q=invalid_grant").text
    assert officer.get("/admin/explain?q=nothing").status_code == 404
    assert officer.get("/admin/explain?q=0123456789abcdef").status_code == 404
    assert officer.get("/admin/explain").status_code == 200


def test_support_is_told_of_its_own_region_alone(app: Flask, me: Person) -> None:
    grow_tree()
    bureau = department(CITY)
    here = refused_at(portal("here", division=CITY, department=bureau), me)
    beside = refused_at(portal("beside", division=CITY), me)
    there = refused_at(portal("there", division=OTHER_CITY), me)
    nation = refused_at(portal("nation"), me)
    city = Officer(app, "support", division=CITY)
    own = Officer(app, "support", division=CITY, department=bureau)
    above = Officer(app, "support", division=PROVINCE)
    for officer, seen in ((city, [here, beside]), (own, [here]), (above, [here, beside, there])):
        for reference in (here, beside, there, nation):
            status = officer.get(f"/admin/explain?q={reference}").status_code
            assert status == (200 if reference in seen else 404)


def test_an_auditor_searches_by_client_and_every_search_is_recorded(
    app: Flask, tax: Portal, me: Person
) -> None:
    refused_at(tax, me)
    auditor = Officer(app, "audit_administrator")
    page = auditor.get("/admin/records?search=1&client=tax&outcome=refused")
    assert "APP-001" in page.text
    assert 'id="none"' in auditor.get("/admin/records?search=1&client=nobody").text
    jobs.ship()
    searches = events("audit.search")
    assert len(searches) == 2
    assert all(auditor.member.id in event.detail for event in searches)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("kind=nope", "没有这种事件"),
        ("outcome=nope", "没有这种事件"),
        ("since=2026-11-22&until=2026-11-21", "截止日期须不早于起始日期"),
    ],
)
def test_a_search_that_can_find_nothing_is_refused(app: Flask, asked: str, words: str) -> None:
    answer = Officer(app, "audit_administrator").get(f"/admin/records?search=1&{asked}")
    assert answer.status_code == 400
    assert words in answer.text


def test_looking_for_a_person_needs_a_case_and_a_reason(app: Flask, tax: Portal, me: Person) -> None:
    auditor = Officer(app, "audit_administrator")
    person = "0b8f4a52-6c1e-4a37-9d55-1f2e3d4c5b6a"
    assert auditor.get(f"/admin/records?search=1&person={person}").status_code == 400
    asked = f"/admin/records?search=1&person={person}&case=2026-17&reason=complaint"
    assert auditor.get(asked).status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_break_no_search(app: Flask, day: str) -> None:
    auditor = Officer(app, "audit_administrator")
    assert auditor.get(f"/admin/records?search=1&since={day}&until={day}").status_code == 200


def test_a_department_searches_its_own_portals_alone(app: Flask, me: Person) -> None:
    grow_tree()
    bureau = department(CITY)
    refused_at(portal("own", division=CITY, department=bureau), me)
    refused_at(portal("other", division=CITY), me)
    auditor = Officer(app, "audit_administrator", division=CITY, department=bureau)
    assert "APP-001" in auditor.get("/admin/records?search=1&client=own").text
    for asked in ("", "&client=other", "&client=nobody"):
        assert auditor.get(f"/admin/records?search=1{asked}").status_code == 400


@pytest.mark.parametrize(
    "query", ["since=yesterday", "until=2026-13-45", "cursor=x", "kind=%00", "since=2026-1-1"]
)
def test_n01_whatever_is_typed_is_found_or_refused(query: str, app: Flask) -> None:
    auditor = Officer(app, "audit_administrator")
    assert auditor.get(f"/admin/records?search=1&{query}").status_code in (200, 400)


def test_pages_follow_each_other(app: Flask, tax: Portal, me: Person) -> None:
    for _ in range(60):
        me.authorize(tax, redirect_uri="https://elsewhere.example/cb")
    jobs.ship()
    auditor = Officer(app, "audit_administrator")
    first = auditor.get("/admin/records?search=1&client=tax")
    later = re.search(r'href="(/admin/records\?[^"]+cursor[^"]+)"', first.text)
    assert later
    second = auditor.http.get(
        later[1].replace("&amp;", "&"), base_url=ISSUER, environ_base={"REMOTE_ADDR": "127.0.0.1"}
    )
    numbers = [set(re.findall(r"<code>([0-9a-f]{16})</code>", page.text)) for page in (first, second)]
    assert len(numbers[0]) == 50
    assert numbers[1]
    assert not numbers[0] & numbers[1]


def test_roots_are_shown_to_whoever_may_verify(app: Flask) -> None:
    page = Officer(app, "audit_administrator").get("/admin/roots")
    assert page.status_code == 200
    assert "idp audit verify" in page.text


def test_alarms_are_told_with_what_to_do_page_by_page(app: Flask) -> None:
    auditor = Officer(app, "audit_administrator")
    assert 'id="none"' in auditor.get("/admin/alarms").text
    signs = [Sign(kind="spray", subject=f"192.0.2.{number}", count=20) for number in range(60)]
    keep_alarms(signs, clock.now())
    page = auditor.get("/admin/alarms")
    assert "192.0.2.59" in page.text
    assert "在网关封锁来源地址" in page.text
    later = re.search(r"/admin/alarms\?after=([0-9a-f-]{36})", page.text)
    assert later
    assert "192.0.2.0<" in auditor.get(later[0]).text
    assert auditor.get("/admin/alarms?after=x").status_code == 404


def looked(operator: str, persons: int = 60) -> None:
    """Look-ups of many persons by one operator."""
    for number in range(persons):
        audit.record("people.search", person=f"person-{number}", operator=operator, case="case-1")


def test_l13_alarms_are_seen_where_their_subject_stands(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_next", {})
    grow_tree()
    bureau = department()
    portal("robot", division=OTHER_CITY)
    busy = {place: appointed("support", division=place)[0].id for place in (NATION, CITY, OTHER_PROVINCE)}
    clerk, _ = appointed("support", division=CITY, department=bureau)
    for operator in (*busy.values(), clerk.id, "client:robot", "somebody at a terminal"):
        looked(operator)
    jobs.ship()
    assert jobs.watch() == 6
    keep_alarms([Sign(kind="root", subject="root", count=9)], clock.now())
    everybody = {*busy.values(), clerk.id, "client:robot", "somebody at a terminal", "root"}
    for place, body, seen in (
        (NATION, "", everybody),
        (PROVINCE, "", {busy[CITY], clerk.id, "client:robot"}),
        (CITY, "", {busy[CITY], clerk.id}),
        (CITY, bureau, {clerk.id}),
        (OTHER_PROVINCE, "", {busy[OTHER_PROVINCE]}),
    ):
        page = Officer(app, "audit_administrator", division=place, department=body).get("/admin/alarms").text
        assert {subject for subject in everybody if f"<td>{subject}</td>" in page} == seen, (place, body)
        reader = program(app, "admin:alarms:read", division=place, department=body)
        found = (reader.call("GET", "/alarms?open=true").json or {})["alarms"]
        assert {one["subject"] for one in found} == seen, (place, body)
    places = {one["subject"]: (one["division"], one["department"]) for one in found}
    assert places == {busy[OTHER_PROVINCE]: (OTHER_PROVINCE, "")}
    told = {event.region for event in events("alarm.lookup")}
    assert {CITY, OTHER_CITY, OTHER_PROVINCE} <= told


def test_alarms_come_page_by_page_to_programs(app: Flask) -> None:
    keep_alarms([Sign(kind="stream", subject=f"sink-{n}", count=1) for n in range(5)], clock.now())
    reader, seen, cursor = program(app, "admin:alarms:read"), [], ""
    while True:
        page = reader.call("GET", f"/alarms?limit=2&cursor={cursor}").json or {}
        seen += [one["subject"] for one in page["alarms"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == [f"sink-{n}" for n in reversed(range(5))]
    assert reader.call("GET", "/alarms?cursor=x").status_code == 400
