"""Alarms: raised once an episode, recorded, counted, logged, ended when their signs are gone."""

import json
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from idp import audit, metrics, settings
from idp.audit import alarm, chain, jobs, queries, roots, service, spool, watch
from idp.audit.alarm import Sign
from idp.audit.inquiry import Inquiry, Reader
from idp.base import clock
from idp.base.errors import Unavailable
from idp.store import db
from tests.conftest import MovableClock
from tests.packages.audit.chains import sealed, tamper


@pytest.fixture(autouse=True)
def looks_at_each_call(var_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_LOOK", 0)
    monkeypatch.setattr(jobs, "_next", {})


def fail(persons: int, address: str = "192.0.2.1", start: int = 0) -> None:
    with audit.request_context(address=address):
        for number in range(persons):
            audit.record("login.failure", person=f"p{start + number}", outcome="failed", method="pwd")
    jobs.ship()


def look() -> int:
    """A look, and what the worker does around it."""
    raised = jobs.watch()
    jobs.seal()
    return raised


def told(kind: str) -> list[audit.Event]:
    return queries.events(kind=kind)


def test_many_persons_failing_from_one_address_raise_one_alarm(
    capsys: pytest.CaptureFixture[str], time_travel: MovableClock
) -> None:
    fail(19)
    assert look() == 0
    fail(1, start=19)
    assert look() == 1
    time_travel.advance(60)
    fail(5, start=20)
    assert look() == 0
    (one,) = audit.alarms()
    assert (one.kind, one.subject, one.count, one.ended_at) == ("spray", "192.0.2.1", 25, None)
    assert 60 <= one.seen_at - one.began_at < 120
    (event,) = told("alarm.spray")
    assert json.loads(event.detail) == {"count": 20, "subject": "192.0.2.1", "window": 900}
    lines = "".join(capsys.readouterr()).splitlines()
    assert sum("audit.alarm" in line for line in lines) == 1
    assert 'idp_audit_alarms{kind="spray"} 1.0' in metrics.render().decode()


def test_one_person_failing_often_is_no_spraying() -> None:
    for _ in range(40):
        fail(1)
    assert look() == 0


def test_what_the_throttle_tells_of_all_places_together_is_an_alarm() -> None:
    audit.record("login.spray", reason="everywhere", outcome="failed", count=200, method="pwd", window=900)
    jobs.ship()
    assert look() == 1
    assert [(one.subject, one.count) for one in audit.alarms()] == [("everywhere", 200)]


def test_an_episode_ends_and_the_next_is_another(time_travel: MovableClock) -> None:
    fail(20)
    assert look() == 1
    time_travel.advance(901)
    assert look() == 0  # no sign of it, and not yet long enough without
    time_travel.advance(1)
    look()
    (ended,) = audit.alarms()
    assert ended.ended_at is not None
    assert audit.alarms(open_only=True) == []
    assert json.loads(told("alarm.end")[0].detail) == {"cause": "spray", "count": 20, "subject": "192.0.2.1"}
    assert 'idp_audit_alarms{kind="spray"} 0.0' in metrics.render().decode()
    fail(20)
    assert look() == 1
    assert [one.ended_at is None for one in audit.alarms()] == [True, False]


def test_an_officer_who_looks_at_many_persons_raises_an_alarm() -> None:
    settings.use(settings.current().model_copy(update={"alarm_lookups_by_staff": 3}))
    for operator, persons in (("auditor-1", 3), ("auditor-2", 2)):
        for number in range(persons):
            reader = Reader(operator=operator, case="1", reason="why")
            for _ in range(2):
                audit.search(Inquiry(person=f"p{number}"), reader)
    jobs.ship()
    assert look() == 1
    assert [(one.kind, one.subject, one.count) for one in audit.alarms()] == [("lookup", "auditor-1", 3)]


def test_an_officer_who_tries_many_numbers_that_nobody_has_raises_an_alarm() -> None:
    """Somebody who guesses numbers finds few persons; the tries are what is to be seen."""
    settings.use(settings.current().model_copy(update={"alarm_lookups_by_staff": 3}))
    for operator, tries in (("officer-1", 3), ("officer-2", 2)):
        for number in range(tries):
            audit.record("people.search", outcome="failed", reason="nobody", operator=operator, case="1")
            audit.search(Inquiry(client=f"portal-{number}"), Reader(operator=operator))
    jobs.ship()
    assert look() == 1
    assert [(one.kind, one.subject, one.count) for one in audit.alarms()] == [("lookup", "officer-1", 3)]


def test_a_portal_that_reads_persons_who_did_not_come_raises_an_alarm(time_travel: MovableClock) -> None:
    settings.use(settings.current().model_copy(update={"alarm_lookups_by_portal": 5}))
    for number in range(9):
        audit.record("authz.grant", person=f"p{number}", client="tax")
    for client in ("tax", "harvest"):
        for number in range(9):
            audit.record("userinfo.read", person=f"p{number}", client=client)
    jobs.ship()
    assert look() == 1
    assert [(one.kind, one.subject, one.count) for one in audit.alarms()] == [("lookup", "harvest", 9)]


def test_an_alarm_stands_where_its_subject_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        alarm, "_stands", lambda subject: ("010100", "bureau") if subject == "a" else ("", "")
    )
    signs = [Sign(kind="lookup", subject="a", count=1), Sign(kind="spray", subject="a", count=1)]
    assert [(one.division, one.department) for one in map(alarm.placed, signs)] == [
        ("010100", "bureau"),
        ("", ""),
    ]
    service.keep_alarms(map(alarm.placed, signs), clock.now())
    for division, department, found in (
        ("000000", "", 2), ("010000", "", 1), ("010100", "", 1), ("010101", "", 0), ("010200", "", 0),
        ("020000", "", 0), ("010100", "bureau", 1), ("010100", "other", 0),
    ):  # fmt: skip
        assert len(audit.alarms(division=division, department=department)) == found, (division, department)


def test_a_spool_that_nobody_ships_raises_an_alarm(time_travel: MovableClock) -> None:
    audit.record("login.success")
    assert watch.spool_age(clock.now()) < 20
    time_travel.advance(280)
    assert look() == 0
    time_travel.advance(21)
    assert look() == 1
    (one,) = audit.alarms()
    assert (one.kind, one.subject) == ("writer", "spool")
    jobs.ship()
    assert spool.oldest() == 0


def test_a_spool_that_is_shipped_in_part_is_as_old_as_its_rest(time_travel: MovableClock) -> None:
    audit.record("login.success")
    jobs.ship()
    time_travel.advance(400)
    audit.record("login.success")
    assert watch.spool_age(clock.now()) < 200


def test_a_chain_that_is_not_sealed_raises_an_alarm(time_travel: MovableClock) -> None:
    sealed(3)
    head = chain.kept()
    chain.keep(chain.Head(seq=3, hash="f" * 64))
    audit.record("login.success")
    jobs.ship()
    time_travel.advance(301)
    assert look() == 1
    assert [(one.kind, one.subject) for one in audit.alarms()] == [("writer", "chain")]
    chain.keep(head)


def test_a_root_that_is_not_signed_raises_an_alarm(time_travel: MovableClock) -> None:
    sealed(1)
    time_travel.advance(2 * roots.INTERVAL - 60)
    assert look() == 0
    time_travel.advance(61)
    assert look() == 1
    assert [one.kind for one in audit.alarms()] == ["root"]
    jobs.sign_root()
    jobs.seal()
    time_travel.advance(alarm.QUIET)
    look()
    assert audit.alarms(open_only=True) == []


def test_a_stream_that_stands_still_raises_an_alarm(time_travel: MovableClock) -> None:
    settings.use(settings.current().model_copy(update={"audit_syslog": "udp://127.0.0.1:5514"}))
    service.begin_stream("syslog", clock.now())
    sealed(2)
    time_travel.advance(601)
    assert look() == 1
    assert [(one.kind, one.subject, one.count) for one in audit.alarms()] == [("stream", "syslog", 2)]


def test_a_dead_database_is_told_of_in_the_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], time_travel: MovableClock
) -> None:
    def dead(*_: object) -> Iterator[Sign]:
        raise Unavailable("database")

    audit.record("login.success")
    time_travel.advance(301)
    monkeypatch.setattr(watch, "signs", dead)
    with pytest.raises(Unavailable):
        look()
    assert "audit.alarm" in "".join(capsys.readouterr())


def test_one_look_that_finds_no_answer_keeps_no_other_from_being_taken(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def slow(now: int) -> Iterator[Sign]:
        raise Unavailable("database")

    fail(20)
    monkeypatch.setattr(watch, "_LOOKS", (slow, *watch._LOOKS))
    assert look() == 1
    assert "slow found no answer" in caplog.text
    monkeypatch.setattr(watch, "_LOOKS", (slow, slow))
    with pytest.raises(Unavailable):
        look()


def test_of_two_workers_one_raises_an_alarm(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite has one writer at a time (run with --database postgresql)")
    fail(20)
    real, first = service.new_id, []

    def overtaken(time: int) -> str:
        if not first:
            first.append(True)
            signs = list(watch.signs(clock.now()))
            other = threading.Thread(target=service.keep_alarms, args=(signs, clock.now()))
            other.start()
            other.join()
        return real(time)

    monkeypatch.setattr(service, "new_id", overtaken)
    assert look() == 0
    assert len(audit.alarms()) == len(told("alarm.spray")) == 1
    with pytest.raises(IntegrityError):
        tamper(queries.ALARMS.insert().values(
            id="x", kind="spray", subject="192.0.2.1", open="spray|192.0.2.1", count=1, began_at=1, seen_at=1
        ))  # fmt: skip


def test_alarms_come_page_by_page(time_travel: MovableClock) -> None:
    for number in range(5):
        fail(20, address=f"192.0.2.{number}", start=100 * number)
        look()
    first = audit.alarms(limit=3)
    second = audit.alarms(limit=3, cursor=first[-1].id)
    assert [one.subject for one in (*first, *second)] == [f"192.0.2.{number}" for number in (4, 3, 2, 1, 0)]
    assert audit.alarms(kind="root") == []


def test_looking_is_done_four_times_a_minute(
    monkeypatch: pytest.MonkeyPatch, time_travel: MovableClock
) -> None:
    monkeypatch.setattr(jobs, "_LOOK", 15)
    jobs._next.clear()
    looks = []
    monkeypatch.setattr(watch, "signs", lambda now: looks.append(now) or iter(()))
    for _ in range(60):
        look()
        time_travel.advance(1)
    assert 4 <= len(looks) <= 5
    assert all(later - earlier >= 15 for earlier, later in pairwise(looks))


def test_the_reads_of_a_look_go_through_an_index(database_url: str) -> None:
    plan = "EXPLAIN QUERY PLAN SELECT address FROM audit_event WHERE kind = 'login.failure' AND id >= 'x'"
    if database_url.startswith("postgresql"):
        pytest.skip("an empty table says nothing of PostgreSQL's plans")
    with db.reading() as connection:
        assert "ix_audit_event_kind" in str(connection.exec_driver_sql(plan).all())
