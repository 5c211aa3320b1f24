"""Attack book, L21 to L23 and L13, L20, L25, L27 for applications: who decides, and on what."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

import clients
from clients import applications
from clients.applications import Applicant, jobs, service
from idp.base.errors import Rejected
from idp.divisions import Reach
from idp.divisions.division import HIGHEST
from idp.staff.sessions import FRESH
from tests.applying import (
    APPROVER,
    FILING,
    PLACE,
    REVIEWER,
    decide,
    developer,
    drafted,
    in_force,
    officer,
    registration,
    restricted,
    reviewed,
    state,
    submitted,
    version,
)
from tests.conftest import MovableClock
from tests.officers import CITY, OTHER_PROVINCE, PROVINCE, Officer, landed
from tests.programs import program
from tests.records import events, nothing_changed, one_event

pytestmark = pytest.mark.usefixtures("stores")

MANY = 8


@pytest.fixture(autouse=True)
def nothing_was_done_these_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the worker's round of another test, at the same moved clock, stands for that of this one."""
    monkeypatch.setattr(jobs, "_last", 0)


def path(made: str, step: str = "") -> str:
    return f"/admin/applications/{made}" + (f"/{step}" if step else "")


def yes(made: str, **changes: Any) -> dict[str, Any]:
    return {"version": version(made), "outcome": "approved", "comment": "符合要求", **changes}


def test_l21_who_filed_an_application_does_not_decide_on_it(app: Flask) -> None:
    drafted()
    clerk = Officer(app, "portal_officer", division=PROVINCE)
    own = Applicant(id=clerk.member.id, reach=clerk.member.reach)
    made = service.draft(
        "office", entry=registration(sector="o.example"), filing=FILING, place=PLACE, actor=own
    )
    service.submit(made, version=1, actor=own)
    with one_event("application.decide"), nothing_changed():
        assert clerk.post(path(made, "review"), yes(made), page=path(made)).status_code == 403
    assert applications.decisions(made) == ()


def test_l21_one_person_does_not_take_both_steps() -> None:
    both = officer("both", REVIEWER | APPROVER)
    made = submitted()
    decide(made, both)
    with one_event("application.decide"), nothing_changed(), pytest.raises(Rejected, match=r"twice"):
        decide(made, both)


def test_l21_a_reviewer_has_no_page_to_approve_on(app: Flask) -> None:
    made = reviewed()
    clerk = Officer(app, "portal_officer", division=PROVINCE)
    with one_event("admin.deny"), nothing_changed():
        assert clerk.post(path(made, "approve"), yes(made)).status_code == 403


def test_l21_a_city_grants_no_id_number(app: Flask) -> None:
    made = submitted(place=Reach(division=CITY), **restricted())
    clerk = Officer(app, "portal_officer", division=CITY)
    with one_event("application.decide"), nothing_changed():
        answer = clerk.post(path(made, "review"), yes(made), page=path(made))
    assert answer.status_code == 403
    assert "转上级审批" in answer.text


@pytest.mark.parametrize(
    "power",
    [
        {"introspects": ["https://another.example"]},
        {"authorization_details_types": ["elicense_read"]},
        {"resources": ["https://another.example/api"]},
        {"may_act": "another"},
    ],
)
def test_l21_a_city_grants_no_power_over_what_is_not_its_own(app: Flask, power: dict[str, Any]) -> None:
    """Services, their tokens and licences stand in no division: what opens them is asked for above."""
    made = submitted(place=Reach(division=CITY), **power)
    clerk = Officer(app, "portal_officer", division=CITY)
    with one_event("application.decide"), nothing_changed():
        answer = clerk.post(path(made, "review"), yes(made), page=path(made))
    assert answer.status_code == 403
    assert "转上级审批" in answer.text
    above = Officer(app, "portal_officer", division=PROVINCE)
    assert landed(above.post(path(made, "review"), yes(made), page=path(made)))


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uris": ["https://good.example/elsewhere"]},
        {"scopes": ["openid", "profile", "phone"]},
        {"jwks_uri": "https://good.example/other-keys"},
    ],
)
def test_l22_a_changed_portal_waits_and_the_old_values_stay_in_force(change: dict[str, Any]) -> None:
    in_force()
    before = clients.find("portal-a")
    made = submitted(**change)
    decide(made, officer("first", REVIEWER))
    assert jobs.begin_approved() == 0
    clients.forget()
    assert clients.find("portal-a") == before
    decide(made, officer("second", APPROVER))
    assert jobs.begin_approved() == 1
    after = clients.find("portal-a")
    assert after
    assert after != before


@pytest.mark.parametrize("end", ["retired", "suspended"])
def test_l22_one_officer_does_not_bring_back_what_has_ended(
    app: Flask, end: str, time_travel: MovableClock
) -> None:
    made = in_force()
    if end == "retired":
        service.retire(made, version=version(made), actor=officer("first", REVIEWER))
    else:
        time_travel.advance(366 * 86400)
        jobs.look_after_live()
    assert state(made) == end
    guard = Officer(app, "security_administrator")
    with one_event("admin.deny"), nothing_changed():
        assert guard.post("/admin/clients/portal-a/resume").status_code == 403
    caller = program(app, "admin:clients:suspend")
    with one_event("admin.deny"), nothing_changed():
        answer = caller.call("PUT", "/clients/portal-a/standing", {"enabled": True})
    assert answer.status_code == 403


def test_l22_a_confirmation_does_not_let_in_whom_security_stopped(
    app: Flask, time_travel: MovableClock
) -> None:
    made = in_force()
    guard = Officer(app, "security_administrator")
    guard.post("/admin/clients/portal-a/suspend", {"cause": "泄露数据"})
    time_travel.advance(366 * 86400)
    jobs.look_after_live()
    service.confirm(made, version=version(made), actor=officer("first", REVIEWER))
    stopped = clients.find("portal-a")
    assert stopped
    assert not stopped.enabled
    service.resume("portal-a", operator=guard.member.id, rank=HIGHEST)
    running = clients.find("portal-a")
    assert running
    assert running.enabled


def test_l22_l27_security_stops_whom_time_had_stopped_and_no_confirmation_lets_him_in(
    app: Flask, time_travel: MovableClock
) -> None:
    made = in_force()
    time_travel.advance(366 * 86400)
    jobs.look_after_live()
    seen = version(made)
    guard = Officer(app, "security_administrator")
    with one_event("client.disable"):
        guard.post("/admin/clients/portal-a/suspend", {"cause": "泄露数据"})
    told = events("client.disable")[-1].detail
    assert guard.member.id in told
    assert "泄露数据" in told
    with nothing_changed(), pytest.raises(Rejected, match="stale"):
        service.confirm(made, version=seen, actor=officer("first", REVIEWER))
    service.confirm(made, version=version(made), actor=officer("first", REVIEWER))
    stopped = clients.find("portal-a")
    assert stopped
    assert not stopped.enabled
    service.resume("portal-a", operator=guard.member.id, rank=HIGHEST)
    running = clients.find("portal-a")
    assert running
    assert running.enabled


def test_l22_what_was_approved_is_not_rewritten_before_it_begins() -> None:
    made = reviewed()
    decide(made, officer("second", APPROVER))
    with one_event("application.change"), nothing_changed(), pytest.raises(Rejected, match=r"state"):
        service.change(made, version=version(made), entry={}, filing="", actor=developer())


def test_l23_of_two_decisions_on_one_version_the_second_is_refused(app: Flask) -> None:
    made = submitted()
    seen = yes(made)
    one, two = (Officer(app, "portal_officer", division=PROVINCE) for _ in range(2))
    assert landed(one.post(path(made, "review"), seen, page=path(made))) == path(made)
    with one_event("application.decide"), nothing_changed():
        assert two.post(path(made, "review"), seen, page=path(made)).status_code == 412
    with one_event("application.decide"), nothing_changed():
        assert one.post(path(made, "review"), seen, page=path(made)).status_code == 412


def test_l23_of_many_decisions_at_once_one_counts() -> None:
    made = reviewed()
    seen, barrier = version(made), Barrier(MANY)

    def approve(number: int) -> str:
        by = officer(f"officer-{number}", APPROVER)
        barrier.wait()
        try:
            service.decide(made, step="approve", version=seen, outcome="approved", comment="", actor=by)
        except Rejected as refused:
            return refused.code
        return "done"

    with ThreadPoolExecutor(MANY) as pool:
        codes = sorted(pool.map(approve, range(MANY)))
    assert codes == ["application.stale"] * (MANY - 1) + ["done"]
    assert len(applications.decisions(made)) == 2


@pytest.mark.parametrize("step", ["", "review", "approve", "confirm", "retire", "edit", "submit", "withdraw"])
def test_l13_an_application_of_another_region_is_not_there(step: str, app: Flask) -> None:
    made = submitted()
    elsewhere = Officer(app, "portal_officer", division=OTHER_PROVINCE)
    chief = Officer(app, "security_administrator", division=OTHER_PROVINCE)
    who = chief if step == "approve" else elsewhere
    with one_event("admin.deny"), nothing_changed():
        answer = who.post(path(made, step), yes(made)) if step else who.get(path(made))
    assert answer.status_code == 404
    assert state(made) == "submitted"


def test_l20_a_decision_asks_for_the_factor_again(app: Flask, time_travel: MovableClock) -> None:
    made = submitted()
    clerk = Officer(app, "portal_officer", division=PROVINCE)
    time_travel.advance(FRESH + 1)
    with nothing_changed():
        answer = clerk.post(path(made, "review"), yes(made), page=path(made))
    assert landed(answer) == "/admin/confirm"


@pytest.mark.parametrize(
    "name", ["=HYPERLINK(1)", "+1", "-1+1", "@SUM(A1)", "示\u202e范", "ѕample", "<b>门户</b>"]
)
def test_l25_names_that_lie_or_run_are_not_submitted(name: str) -> None:
    made = drafted(name=name)
    with one_event("application.change"), nothing_changed(), pytest.raises(Rejected, match=r"faults"):
        service.submit(made, version=1, actor=developer())


def test_l27_a_refusal_names_who_what_and_why() -> None:
    made = submitted()
    with pytest.raises(Rejected):
        decide(made, officer("stranger", frozenset()))
    (event,) = events("application.decide")
    told = json.loads(event.detail)
    assert (event.outcome, event.reason) == ("refused", "admin:applications:review")
    assert (told["application"], told["operator"], told["error"]) == (made, "stranger", "permission")
