"""Applications: from a draft to a portal in force, and everything that must not get it there."""

import json
from dataclasses import replace
from threading import Barrier, Thread
from typing import Any

import pytest

import clients
from clients import applications, manifest
from clients import service as registry
from clients.applications import Officer, jobs, judgement, service
from clients.applications.application import Applicant
from clients.applications.service import requests
from idp.base.errors import Rejected
from idp.divisions import NATION, Reach
from tests.applying import (
    APPROVER,
    DAY,
    FILING,
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
from tests.officers import CITY, OTHER_CITY, OTHER_PROVINCE, PROVINCE, grow_tree
from tests.records import events, nothing_changed

pytestmark = pytest.mark.usefixtures("stores")


def refusal(code: str, step: Any, *args: Any, **kwargs: Any) -> Rejected:
    """The refusal of a step: nothing is changed by it, and it is on record."""
    before = len(events())
    with nothing_changed(), pytest.raises(Rejected) as refused:
        step(*args, **kwargs)
    assert refused.value.code == code
    (event,) = events()[before:]
    assert (event.outcome, json.loads(event.detail)["error"]) == ("refused", code)
    return refused.value


def test_a_portal_comes_into_production_by_two_officers_and_the_worker() -> None:
    made = submitted()
    assert clients.find("portal-a") is None
    decide(made, officer("first", REVIEWER))
    decide(made, officer("second", APPROVER))
    assert state(made) == "approved"
    assert clients.find("portal-a") is None
    assert jobs.begin_approved() == 1
    portal = clients.find("portal-a")
    assert portal
    assert (portal.origin, portal.environment, portal.division) == ("application", "production", PROVINCE)
    assert state(made) == "live"
    steps = [json.loads(event.detail)["action"] for event in events("application.change")]
    assert steps == ["drafted", "submitted", "live"]
    decided = [(one.step, one.officer, one.outcome) for one in applications.decisions(made)]
    assert sorted(decided) == [("approve", "second", "approved"), ("review", "first", "approved")]


def test_it_begins_at_its_time_and_not_before(time_travel: MovableClock) -> None:
    made = drafted()
    from idp.base import clock

    service.change(
        made,
        version=1,
        entry=registration(),
        filing=FILING,
        effective_at=clock.now() + DAY,
        actor=developer(),
    )
    service.submit(made, version=2, actor=developer())
    decide(made, officer("first", REVIEWER))
    decide(made, officer("second", APPROVER))
    assert jobs.begin_approved() == 0
    assert not service.put_in_force(made)
    time_travel.advance(DAY + 1)
    assert jobs.begin_approved() == 1


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"redirect_uris": ["https://*.good.example/cb"]}, "redirect_uris"),
        ({"name": "示\u202e范"}, "name"),
        ({"name": "<script>"}, "name"),
        ({"name": "=HYPERLINK(1)"}, "name"),
        ({"contact": "=1+1"}, "contact"),
        ({"token_endpoint_auth_method": "client_secret_basic"}, "token_endpoint_auth_method"),
        ({"scopes": ["openid", "idcard"], "legal_basis": {"idcard": "consent"}}, "item_codes"),
        ({"scopes": ["openid", "address"], "legal_basis": {"address": "consent"}}, "scopes"),
        ({"secrets": [{"digest": "x"}]}, "secrets"),
        ({"origin": "manifest"}, "origin"),
        ({"logo_uri": "javascript:alert(1)"}, "logo_uri"),
    ],
)
def test_what_no_registration_may_say_is_not_submitted(changes: dict[str, object], key: str) -> None:
    made = drafted(**changes)
    refused = refusal("application.faults", service.submit, made, version=1, actor=developer())
    assert key in refused.why
    assert state(made) == "draft"


def test_without_the_filing_of_its_protection_level_nothing_is_submitted() -> None:
    grow_tree()
    made = service.draft("portal-a", entry=registration(), place=Reach(division=PROVINCE), actor=developer())
    assert "filing" in refusal("application.faults", service.submit, made, version=1, actor=developer()).why


def test_the_place_and_the_environment_are_not_the_entry_s_to_say() -> None:
    made = drafted(division=OTHER_PROVINCE, department="x", environment="sandbox")
    found = applications.find(made)
    assert found
    client, faults = judgement.judged(found)
    assert faults == []
    assert client
    assert (client.division, client.department, client.environment) == (PROVINCE, "", "production")


def test_of_one_portal_one_application_is_open() -> None:
    made = drafted()
    refusal(
        "application.open",
        service.draft,
        "portal-a",
        entry={},
        place=Reach(division=PROVINCE),
        actor=developer(),
    )
    service.withdraw(made, version=1, actor=developer())
    assert drafted()


def test_a_team_does_not_hoard_ids_of_portals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "MOST_OPEN", 2)
    made = [drafted(f"portal-{number}") for number in range(2)]
    place = Reach(division=PROVINCE)
    refusal("application.most", service.draft, "portal-9", entry={}, place=place, actor=developer())
    assert service.draft("portal-9", entry={}, place=place, actor=developer("team-2"))
    service.withdraw(made[0], version=1, actor=developer())
    assert drafted("portal-8")


def test_another_team_s_application_is_not_there() -> None:
    made = drafted()
    other = developer("team-2")
    refusal("not_found", service.submit, made, version=1, actor=other)
    refusal("not_found", service.change, made, version=1, entry={}, filing="", actor=other)
    refusal("not_found", service.withdraw, made, version=1, actor=other)
    refusal(
        "not_found", service.recall, made, version=1, actor=Applicant(id="x", reach=Reach(division=NATION))
    )


def test_a_portal_in_production_is_applied_for_by_its_own_team_alone() -> None:
    in_force()
    place = Reach(division=PROVINCE)
    refusal("application.taken", service.draft, "portal-a", entry={}, place=place, actor=developer("team-2"))
    refusal(
        "application.taken",
        service.draft,
        "portal-a",
        entry={},
        place=Reach(division=CITY),
        actor=developer(),
    )
    assert service.draft("portal-a", entry=registration(), filing=FILING, place=place, actor=developer())


def test_a_portal_of_a_manifest_is_not_taken_over_by_a_team() -> None:
    grow_tree()
    (client,) = manifest.check(
        manifest.Manifest(source="t", entries=[{**registration(), "client_id": "old"}])
    )
    registry.apply([client], operator="test")
    clients.forget()
    place = Reach(division=NATION)
    refusal("application.taken", service.draft, "old", entry={}, place=place, actor=developer())
    assert service.draft("old", entry={}, place=place, actor=Applicant(id="officer", reach=place))


def test_a_sector_of_another_body_is_not_entered() -> None:
    in_force()
    made = drafted("portal-b", organization="另一个局")
    refused = refusal("application.faults", service.submit, made, version=1, actor=developer())
    assert "sector" in refused.why


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (officer("x", frozenset()), "permission"),
        (officer("x", APPROVER), "permission"),
        (officer("x", REVIEWER, OTHER_PROVINCE), "not_found"),
        (officer("x", REVIEWER, OTHER_CITY), "not_found"),
        (officer("x", REVIEWER, CITY), "not_found"),
        (officer("x", REVIEWER, PROVINCE, "some-department"), "not_found"),
    ],
)
def test_who_may_not_review_is_refused(by: Officer, code: str) -> None:
    refusal(code, decide, submitted(), by)


def test_a_reviewer_is_not_the_approver() -> None:
    both = officer("both", REVIEWER | APPROVER)
    made = submitted()
    decide(made, both)
    refusal("application.twice", decide, made, both)
    assert state(made) == "reviewed"


@pytest.mark.parametrize("scope", ["profile.full", "idcard"])
@pytest.mark.parametrize("place", [Reach(division=CITY), Reach(division="010101")])
def test_a_lower_level_does_not_grant_what_a_province_grants(scope: str, place: Reach) -> None:
    asked = (
        restricted() if scope == "idcard" else registration(
            scopes=["openid", "profile.full"], legal_basis={"profile.full": "consent"}
        )
    )  # fmt: skip
    made = submitted(place=place, **asked)
    refusal("application.level", decide, made, officer("city", REVIEWER, CITY))
    decide(made, officer("first", REVIEWER))
    refusal("application.level", decide, made, officer("city", APPROVER, CITY))
    decide(made, officer("second", APPROVER))
    assert state(made) == "approved"


def test_a_department_grants_its_own_portals_nothing_restricted() -> None:
    from tests.officers import department

    grow_tree()
    own = department(PROVINCE)
    made = submitted(place=Reach(division=PROVINCE, department=own), **restricted())
    refusal("application.level", decide, made, officer("x", REVIEWER, PROVINCE, own))


def test_restricted_data_take_the_permission_for_it() -> None:
    made = reviewed(**restricted())
    plain = officer("second", APPROVER - {"admin:restricted:approve"})
    assert refusal("permission", decide, made, plain).why == "admin:restricted:approve"
    decide(made, officer("second", APPROVER))
    assert jobs.begin_approved() == 1
    portal = clients.find("portal-a")
    assert portal
    assert "idcard" in portal.scopes


def test_a_city_grants_what_a_city_may() -> None:
    made = submitted(place=Reach(division=CITY))
    decide(made, officer("first", REVIEWER, CITY))
    decide(made, officer("second", APPROVER, CITY))
    assert jobs.begin_approved() == 1


def test_a_no_needs_a_reason_and_ends_it() -> None:
    made = submitted()
    first = officer("first", REVIEWER)
    refusal("application.comment", decide, made, first, "rejected", "")
    refusal("application.comment", decide, made, first, "rejected", "<b>no</b>")
    decide(made, first, "rejected", "用途不明确")
    assert state(made) == "rejected"
    assert applications.decisions(made)[0].comment == "用途不明确"
    refusal("application.state", decide, made, officer("second", APPROVER))
    assert drafted()


def test_what_was_decided_is_not_changed_any_more() -> None:
    made = reviewed()
    asked = {"version": version(made), "actor": developer()}
    refusal("application.state", service.change, made, entry={}, filing="", **asked)
    refusal("application.state", service.recall, made, **asked)
    refusal("application.state", service.submit, made, **asked)


def test_what_is_wrong_by_the_day_of_the_decision_is_not_approved(time_travel: MovableClock) -> None:
    made = submitted(**restricted())
    time_travel.advance(301 * DAY)
    refused = refusal("application.faults", decide, made, officer("first", REVIEWER))
    assert "restricted_until" in refused.why


def test_what_cannot_begin_is_rejected_with_the_reason(time_travel: MovableClock) -> None:
    made = reviewed(**restricted())
    decide(made, officer("second", APPROVER))
    time_travel.advance(301 * DAY)
    assert jobs.begin_approved() == 0
    assert state(made) == "rejected"
    assert any("restricted_until" in one.comment for one in applications.decisions(made))
    assert clients.find("portal-a") is None


def test_a_year_later_it_is_confirmed_or_suspended(
    time_travel: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_last", 0)
    made, first = in_force(), officer("first", REVIEWER)
    assert jobs.look_after_live() == 0
    time_travel.advance(336 * DAY)
    assert jobs.look_after_live() == 1
    time_travel.advance(601)
    assert jobs.look_after_live() == 0
    time_travel.advance(30 * DAY)
    assert jobs.look_after_live() == 1
    assert state(made) == "suspended"
    clients.forget()
    portal = clients.find("portal-a")
    assert portal
    assert not portal.enabled
    refusal("permission", service.confirm, made, version=version(made), actor=officer("x", APPROVER))
    service.confirm(made, version=version(made), actor=first)
    clients.forget()
    portal = clients.find("portal-a")
    assert portal
    assert portal.enabled
    steps = [json.loads(event.detail)["action"] for event in events("application.change")]
    assert [one for one in steps if one in ("due", "suspended")] == ["due", "suspended"]


def test_a_portal_that_was_stopped_before_is_not_let_in_by_its_confirmation(
    time_travel: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_last", 0)
    made = in_force()
    registry.disable("portal-a", operator="security")
    time_travel.advance(366 * DAY)
    assert jobs.look_after_live() == 1
    service.confirm(made, version=version(made), actor=officer("first", REVIEWER))
    clients.forget()
    portal = clients.find("portal-a")
    assert portal
    assert not portal.enabled


def test_a_manifest_does_not_change_what_two_officers_approved() -> None:
    in_force()
    portal = clients.find("portal-a")
    assert portal
    (same,) = registry.apply([portal], operator="test")
    assert same.action == "unchanged"
    with nothing_changed(), pytest.raises(manifest.Refused) as refused:
        registry.apply([replace(portal, redirect_uris=("https://good.example/x",))], operator="test")
    assert "apply for the change" in refused.value.problems[0]


def test_an_end_of_restricted_data_is_told_a_month_ahead(
    time_travel: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_last", 0)
    in_force(**restricted())
    time_travel.advance(269 * DAY)
    assert jobs.look_after_live() == 0
    time_travel.advance(2 * DAY)
    assert jobs.look_after_live() == 1


def test_a_retired_portal_lets_nobody_in_and_its_open_change_ends() -> None:
    made = in_force()
    later = drafted()
    service.retire(made, version=version(made), actor=officer("first", REVIEWER))
    clients.forget()
    portal = clients.find("portal-a")
    assert portal
    assert not portal.enabled
    assert (state(made), state(later)) == ("retired", "withdrawn")


def test_lists_are_of_one_s_reach_and_page_by_page() -> None:
    grow_tree()
    for number in range(3):
        submitted(f"city-{number}", place=Reach(division=CITY), sector=f"c{number}.example")
    submitted("other", place=Reach(division=OTHER_PROVINCE), sector="o.example")
    drafted("hidden")
    own = Reach(division=CITY)
    first = applications.page(own, most=2)
    rest = applications.page(own, most=2, after=first[-1].cursor)
    assert sorted(one.client_id for one in (*first, *rest)) == ["city-0", "city-1", "city-2"]
    assert len(applications.page(Reach(division=NATION))) == 4
    assert applications.page(own, states=("reviewed",)) == ()


def _at_once(*steps: Any) -> list[str]:
    """Take steps at one moment; the codes of those that were refused."""
    barrier, codes = Barrier(len(steps)), list[str]()

    def take(step: Any) -> None:
        barrier.wait()
        try:
            step()
        except Rejected as refused:
            codes.append(refused.code)

    threads = [Thread(target=take, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return codes


def test_of_many_who_approve_at_once_one_does() -> None:
    made = reviewed()
    seen = version(made)

    def approve(name: str) -> Any:
        by = officer(name, APPROVER)
        return lambda: service.decide(
            made, step="approve", version=seen, outcome="approved", comment="", actor=by
        )

    codes = _at_once(*(approve(f"officer-{number}") for number in range(6)))
    assert codes == ["application.stale"] * 5
    assert [one.step for one in applications.decisions(made)].count("approve") == 1
    assert state(made) == "approved"


def test_of_a_recall_and_a_review_at_once_one_happens() -> None:
    made = submitted()
    seen, first = version(made), officer("first", REVIEWER)
    codes = _at_once(
        lambda: service.recall(made, version=seen, actor=developer()),
        lambda: service.decide(
            made, step="review", version=seen, outcome="approved", comment="", actor=first
        ),
    )
    # Whoever reviews after the recall finds a draft, which is its owner's alone.
    assert codes in (["application.stale"], ["not_found"])
    assert (state(made) == "draft") == (applications.decisions(made) == ())


def test_of_many_workers_one_puts_it_in_force() -> None:
    made = reviewed()
    decide(made, officer("second", APPROVER))
    begun: list[bool] = []
    _at_once(*[lambda: begun.append(service.put_in_force(made))] * 4)
    assert sorted(begun) == [False, False, False, True]
    assert len(events("client.apply")) == 1


def test_of_many_drafts_for_one_portal_one_is_made() -> None:
    grow_tree()
    place = Reach(division=PROVINCE)
    codes = _at_once(*[lambda: service.draft("portal-a", entry={}, place=place, actor=developer())] * 4)
    assert codes == ["application.open"] * 3
