"""Putting requests before people: by the worker, once, and never so that the portal could tell."""

import logging

import pytest

from idp import notify, persons
from idp.approvals import announcement, jobs, store
from idp.base.errors import Unavailable
from idp.persons import service as registry
from tests.actors import Person, Portal, citizen, decode
from tests.approving import (
    PHONE,
    approve_call,
    call,
    hotline,
    messages,
    send,
    waiting,
    with_phone,
)
from tests.conftest import MovableClock
from tests.records import events

pytestmark = pytest.mark.usefixtures("stores")


@pytest.fixture
def person_id(me: Person) -> str:
    found = persons.find_by_identifier("111", "010101198504123013")
    assert found is not None
    with_phone(found.id)
    return found.id


@pytest.fixture
def line(stores: None) -> Portal:
    return hotline()


def ask(me: Person, line: Portal) -> None:
    answer = send(me, "/bc-authorize", line, {"scope": "openid", "login_hint": PHONE})
    assert answer.status_code == 200


def test_a_request_is_announced_once(me: Person, line: Portal, person_id: str) -> None:
    ask(me, line)
    assert jobs.announce_due() == 1
    assert jobs.announce_due() == 0
    assert len(messages()) == 1


def test_what_a_worker_died_over_another_takes_up(
    me: Person, line: Portal, person_id: str, time_travel: MovableClock
) -> None:
    ask(me, line)
    assert len(announcement.claim()) == 1
    assert jobs.announce_due() == 0, "it is in the hands of the first"
    time_travel.advance(31)
    assert jobs.announce_due() == 1
    assert len(waiting(me)) == 1


def test_a_database_that_is_away_loses_no_request(
    me: Person, line: Portal, person_id: str, monkeypatch: pytest.MonkeyPatch, time_travel: MovableClock
) -> None:
    def away(*_: object) -> None:
        raise Unavailable("database")

    ask(me, line)
    with monkeypatch.context() as patch:
        patch.setattr(persons, "find_by_phone", away)
        with pytest.raises(Unavailable):
            jobs.announce_due()
    time_travel.advance(31)
    jobs.announce_due()
    assert len(waiting(me)) == 1


def test_without_a_gateway_the_request_stands_on_the_page_all_the_same(
    me: Person,
    line: Portal,
    person_id: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def none(*_: object) -> None:
        raise Unavailable("no gateway for sms")

    monkeypatch.setattr(notify, "send", none)
    ask(me, line)
    with caplog.at_level(logging.WARNING):
        jobs.announce_due()
    assert "no message about a request that waits" in caplog.text
    assert PHONE.removeprefix("+86") not in caplog.text
    assert len(waiting(me)) == 1


def test_who_has_no_phone_any_more_is_told_by_the_app(me: Person, line: Portal, person_id: str) -> None:
    first = call(me, line, login_hint=PHONE)
    approve_call(me)
    hint = decode((first.poll().json or {})["id_token"])["login_hint"]
    registry.set_phone(person_id, None, operator="test")
    call(me, line, login_hint=hint)
    assert len(waiting(me)) == 1
    assert len(messages()) == 2


def test_for_nobody_nothing_is_sent_and_the_portal_is_in_the_record(me: Person, line: Portal) -> None:
    citizen("010101199003070181", "李示")
    ask(me, line)
    jobs.announce_due()
    assert messages() == []
    (event,) = events("approval.withhold")
    assert (event.client, event.reason) == ("hotline", "nobody to ask")


def test_a_request_that_is_over_is_put_before_nobody(
    me: Person, line: Portal, person_id: str, time_travel: MovableClock
) -> None:
    ask(me, line)
    time_travel.advance(301)
    jobs.announce_due()
    assert messages() == []
    assert store.of_person(person_id) == []


def test_messages_stop_for_a_while_and_requests_do_not(
    me: Person, line: Portal, person_id: str, time_travel: MovableClock
) -> None:
    for _ in range(announcement.MOST_MESSAGES + 2):
        ask(me, line)
        jobs.announce_due()
    assert len(messages()) == announcement.MOST_MESSAGES
    assert len(waiting(me)) == 1
