"""What becomes of a portal in production: confirmed, suspended, changed, retired; and races for each step."""

import json
from dataclasses import replace
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any

import pytest

import clients
from clients import applications, manifest
from clients import service as registry
from clients.applications import Applicant, jobs, service
from idp import notify
from idp.base.errors import Rejected, Unavailable
from idp.divisions import NATION, Reach
from idp.notify.gateways import inbox
from tests.applying import (
    APPROVER,
    DAY,
    REVIEWER,
    TEAM,
    decide,
    developer,
    drafted,
    in_force,
    officer,
    refusal,
    registration,
    restricted,
    reviewed,
    state,
    submitted,
    version,
)
from tests.conftest import MovableClock
from tests.officers import CITY, OTHER_PROVINCE, PROVINCE, grow_tree
from tests.records import events, nothing_changed

pytestmark = pytest.mark.usefixtures("stores")


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


def test_contacts_get_a_letter_once_and_a_relay_that_is_away_is_asked_again(
    time_travel: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_last", 0)
    away: list[bool] = [True]

    def serves(channel: str) -> bool:
        return channel == "email"

    def deliver(message: notify.Message) -> None:
        if away:
            away.clear()
            raise Unavailable("mail relay")
        inbox.deliver(message)

    monkeypatch.setattr("idp.notify.GATEWAYS", (SimpleNamespace(serves=serves, deliver=deliver),))
    in_force(contact="12345", contacts=["hall@good.example", "张工 010-00000000", "second@good.example"])
    time_travel.advance(336 * DAY)
    with pytest.raises(Unavailable):
        jobs.look_after_live()
    assert "due" not in [json.loads(event.detail)["action"] for event in events("application.change")]
    for expected in (1, 0):
        time_travel.advance(601)
        assert jobs.look_after_live() == expected
    letters = inbox.messages()
    assert [letter["to"] for letter in letters] == ["second@good.example", "hall@good.example"]
    assert "“示范门户”的批准将于20" in str(letters[0]["text"]).partition("\n")[0]


def test_one_address_that_keeps_the_relay_waiting_brings_nobody_letters_for_ever(
    time_travel: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attack: a contact that is always to be tried later, behind the contact of somebody else."""
    monkeypatch.setattr(jobs, "_last", 0)

    def deliver(message: notify.Message) -> None:
        if message.to.startswith("later"):
            raise notify.NotNow("mail recipient")
        inbox.deliver(message)

    serves = SimpleNamespace(serves=lambda channel: channel == "email", deliver=deliver)
    monkeypatch.setattr("idp.notify.GATEWAYS", (serves,))
    in_force(contact="12345", contacts=["later@good.example"])
    in_force("portal-b", contact="12345", contacts=["victim@good.example", "later@good.example"])
    time_travel.advance(336 * DAY)
    for _ in range(2):
        with pytest.raises(notify.NotNow):
            jobs.look_after_live()
        time_travel.advance(601)
    assert [letter["to"] for letter in inbox.messages()] == ["victim@good.example"]
    due = [one.client for one in events("application.change") if json.loads(one.detail)["action"] == "due"]
    assert due == ["portal-b"]


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
    before, begun = len(events("client.apply")), list[bool]()
    _at_once(*[lambda: begun.append(service.put_in_force(made))] * 4)
    assert sorted(begun) == [False, False, False, True]
    assert len(events("client.apply")) == before + 1


def test_of_many_drafts_for_one_portal_one_is_made() -> None:
    grow_tree()
    place = Reach(division=PROVINCE)
    codes = _at_once(*[lambda: service.draft("portal-a", entry={}, place=place, actor=developer())] * 4)
    assert codes == ["application.open"] * 3


def test_one_that_cannot_begin_for_an_unknown_reason_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    made = submitted()
    decide(made, officer("first", REVIEWER))
    decide(made, officer("second", APPROVER))
    really, failed = jobs.service.put_in_force, []

    def once(application_id: str) -> bool:
        if not failed:
            failed.append(application_id)
            raise RuntimeError("unknown")
        return really(application_id)

    monkeypatch.setattr(jobs.service, "put_in_force", once)
    monkeypatch.setattr(jobs.queries, "effective", lambda *_: ("0" * 36, made))
    assert jobs.begin_approved() == 1
    assert state(made) == "live"


def test_whoever_hands_it_in_asked_for_it_whoever_wrote_it() -> None:
    made = drafted()
    service.submit(made, version=1, actor=Applicant(id="developer-2", team=TEAM))
    found = applications.find(made)
    assert found
    assert found.applicant == "developer-2"
    refusal("application.own", decide, made, officer("developer-2", REVIEWER))


def test_an_id_that_became_another_s_portal_meanwhile_is_not_handed_in() -> None:
    made = drafted()
    (client,) = manifest.check(
        manifest.Manifest(source="t", entries=[{**registration(), "client_id": "portal-a"}])
    )
    registry.apply([client], operator="test")
    clients.forget()
    refusal("application.taken", service.submit, made, version=1, actor=developer())


def test_no_officer_of_elsewhere_confirms_or_ends_it_and_nobody_decides_on_a_draft() -> None:
    made, other = in_force(), officer("x", REVIEWER, OTHER_PROVINCE)
    for verb in (service.confirm, service.retire):
        refusal("not_found", verb, made, version=version(made), actor=other)
    draft = drafted("portal-b")
    refusal("not_found", decide, draft, officer("first", APPROVER))
