"""Applications: from a draft to a portal in force, and everything that must not get it there."""

import json

import pytest

import clients
from clients import applications, manifest
from clients import service as registry
from clients.applications import Officer, jobs, judgement, service
from clients.applications.application import Applicant
from clients.applications.service import requests
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
    practised,
    refusal,
    registration,
    restricted,
    reviewed,
    state,
    submitted,
    version,
)
from tests.conftest import MovableClock
from tests.officers import CITY, OTHER_CITY, OTHER_PROVINCE, PROVINCE, grow_tree
from tests.records import events

pytestmark = pytest.mark.usefixtures("stores")


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
    practised()
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


def test_a_new_portal_is_submitted_once_a_sandbox_client_of_the_team_passed_the_self_check() -> None:
    grow_tree()
    place = Reach(division=PROVINCE)
    made = service.draft("portal-a", entry=registration(), filing=FILING, place=place, actor=developer())
    refused = refusal("application.faults", service.submit, made, version=1, actor=developer())
    assert refused.why == "sandbox: client of the team must pass the self-check first"
    practised("team-2")
    refusal("application.faults", service.submit, made, version=1, actor=developer())
    practised()
    service.submit(made, version=1, actor=developer())
    assert state(made) == "submitted"


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
    assert isinstance(refused, judgement.Unfit)
    assert refused.faults == [("sector", "good.example belongs to another organisation too")]


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
