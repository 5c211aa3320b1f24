"""The hash chain: whatever is changed behind the recorder's back is named (attack L26)."""

import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from idp import audit
from idp.audit import chain, jobs, queries, service
from idp.audit.queries import CHAIN, EVENTS, UNSEALED
from idp.store import db
from tests.packages.audit.chains import event_at, found, sealed, tamper, waiting


def test_an_untouched_record_is_intact(var_dir: Path) -> None:
    sealed(5)
    sealed(3)
    report = audit.verify()
    assert report.intact
    assert (report.checked, report.waiting, report.head_kept) == (8, 0, True)
    assert report.head == chain.kept()


def test_an_empty_record_is_intact(var_dir: Path) -> None:
    report = audit.verify()
    assert (report.intact, report.checked, report.head) == (True, 0, None)


def test_more_than_a_batch_is_sealed_and_walked(var_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_BATCH", 7)
    monkeypatch.setattr(queries, "_WALK", 5)
    waiting(23)
    assert jobs.seal() == 23
    assert audit.verify().checked == 23


def test_shipped_events_have_their_places_at_once(var_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_CHUNK", 1000)
    for _ in range(23):
        audit.record("login.failure", client="税务", cause='a "quoted" \\ cause')
    assert jobs.ship() == 23
    report = audit.verify()
    assert report.intact
    assert (report.checked, report.waiting, report.head) == (23, 0, chain.kept())


def test_events_of_transactions_are_sealed_behind_shipped_ones(var_dir: Path) -> None:
    waiting(2)
    audit.record("login.failure")
    jobs.ship()
    assert queries.unsealed() == 2
    assert jobs.seal() == 2
    assert audit.verify().checked == 3
    assert audit.verify().head == chain.kept()


@pytest.mark.parametrize("record", [sealed, waiting])
def test_events_are_sealed_in_the_order_of_their_time(var_dir: Path, record: Callable[[int], None]) -> None:
    record(6)
    jobs.seal()
    places = db.fetch_all(
        select(EVENTS.c.client).join(CHAIN, CHAIN.c.event_id == EVENTS.c.id).order_by(CHAIN.c.seq)
    )
    assert [place[0] for place in places] == [f"portal-{number}" for number in range(6)]


@pytest.mark.parametrize(
    "change", [{"outcome": "failed"}, {"time": 1}, {"detail": "{}x"}, {"person": "p9"}, {"reason": "so"}]
)
def test_l26_an_altered_event_is_named(var_dir: Path, change: dict[str, object]) -> None:
    sealed(5)
    tamper(update(EVENTS).where(EVENTS.c.id == event_at(3)).values(**change))
    assert found() == ("altered", 3)


def test_l26_an_altered_hash_is_named(var_dir: Path) -> None:
    sealed(5)
    tamper(update(CHAIN).where(CHAIN.c.seq == 2).values(hash="f" * 64))
    assert found() == ("altered", 2)


def test_l26_a_deleted_event_is_named(var_dir: Path) -> None:
    sealed(5)
    gone = event_at(4)
    tamper(delete(EVENTS).where(EVENTS.c.id == gone))
    problem = audit.verify().problem
    assert problem is not None
    assert (problem.wrong, problem.seq, problem.event_id) == ("missing", 4, gone)


@pytest.mark.parametrize("seq", [1, 3])
def test_l26_a_deleted_place_is_named(var_dir: Path, seq: int) -> None:
    sealed(5)
    tamper(delete(CHAIN).where(CHAIN.c.seq == seq))
    assert found() == ("missing", seq)


def test_l26_events_that_changed_seats_are_named(var_dir: Path) -> None:
    sealed(5)
    second, fourth = event_at(2), event_at(4)
    seats = [(2, "other"), (4, second), (2, fourth)]
    tamper(*(update(CHAIN).where(CHAIN.c.seq == seq).values(event_id=event) for seq, event in seats))
    assert found() == ("reordered", 2)


def test_l26_places_that_changed_numbers_are_named(var_dir: Path) -> None:
    sealed(5)
    numbers = [(2, 99), (3, 2), (99, 3)]
    tamper(*(update(CHAIN).where(CHAIN.c.seq == old).values(seq=new) for old, new in numbers))
    assert found() == ("reordered", 2)


def test_l26_an_event_sealed_twice_is_named(var_dir: Path) -> None:
    sealed(4)
    tamper(*_without_uniqueness(), insert(CHAIN).values(
        seq=5, event_id=event_at(2), previous="0" * 64, hash="0" * 64
    ))  # fmt: skip
    try:
        assert found() == ("duplicated", 5)
    finally:
        tamper(text("DROP TABLE audit_chain"))
        db.db.metadata.create_all(db.writing_engine())


def _without_uniqueness() -> list[Any]:
    return [
        text("CREATE TABLE loose AS SELECT * FROM audit_chain"),
        text("DROP TABLE audit_chain"),
        text("ALTER TABLE loose RENAME TO audit_chain"),
    ]


def test_l26_a_cut_tail_is_named(var_dir: Path) -> None:
    sealed(5)
    last = event_at(5)
    tamper(delete(CHAIN).where(CHAIN.c.seq == 5), delete(EVENTS).where(EVENTS.c.id == last))
    assert found() == ("truncated", 5)


def test_l26_an_emptied_record_is_named(var_dir: Path) -> None:
    sealed(5)
    tamper(delete(CHAIN), delete(EVENTS))
    assert found() == ("truncated", 1)


def test_l26_a_chain_computed_anew_to_its_end_is_named(var_dir: Path) -> None:
    sealed(3)
    tamper(update(EVENTS).where(EVENTS.c.id == event_at(2)).values(outcome="failed"), delete(CHAIN))
    previous = chain.GENESIS
    for seq, event in enumerate(reversed(queries.events()), start=1):
        own = chain.link(seq, previous, event.line())
        tamper(insert(CHAIN).values(seq=seq, event_id=event.id, previous=previous, hash=own))
        previous = own
    assert found() == ("altered", 3)


def test_l26_an_event_slipped_in_behind_the_recorder_is_named(var_dir: Path) -> None:
    sealed(2)
    forged = asdict(queries.events()[0]) | {"id": "00000000-0000-4000-8000-000000000000"}
    tamper(insert(EVENTS).values(**forged))
    assert found() == ("unlinked", None)


def test_l26_an_event_removed_before_it_was_sealed_is_named(var_dir: Path) -> None:
    waiting(1)
    tamper(delete(EVENTS))
    assert found() == ("missing", None)


def test_l26_sealing_does_not_bury_a_cut(var_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    sealed(5)
    last = event_at(5)
    tamper(delete(CHAIN).where(CHAIN.c.seq == 5), delete(EVENTS).where(EVENTS.c.id == last))
    sealed(3)
    assert found() == ("truncated", 5)
    assert queries.unsealed() == 3
    assert "broken" in caplog.text


def test_after_a_restore_an_operator_resumes_and_that_is_recorded(var_dir: Path) -> None:
    sealed(5)
    tamper(
        delete(CHAIN).where(CHAIN.c.seq > 3),
        delete(EVENTS).where(EVENTS.c.client.in_(["portal-3", "portal-4"])),
    )
    jobs.resume("operator-1", "restored the backup of 02:00")
    sealed(1)
    assert audit.verify().intact
    (event,) = queries.events(kind="audit.resume")
    assert event.reason == "restored the backup of 02:00"
    assert '"previous":5' in event.detail
    assert '"seq":3' in event.detail


def test_an_emptied_record_can_be_resumed(var_dir: Path) -> None:
    sealed(2)
    tamper(delete(CHAIN), delete(EVENTS))
    jobs.resume("operator-1", "new database")
    sealed(1)
    assert audit.verify().checked == 2


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"seq": "x", "hash": 1}'])
def test_a_damaged_head_is_reported_and_sealing_waits(var_dir: Path, content: bytes) -> None:
    sealed(2)
    (var_dir / "audit-head.json").write_bytes(content)
    assert found() == ("damaged", None)
    sealed(1)
    assert queries.unsealed() == 1


def test_a_head_left_behind_by_a_crash_is_brought_up_to_date(var_dir: Path) -> None:
    sealed(2)
    behind = chain.kept()
    sealed(2)
    chain.keep(behind)
    assert audit.verify().intact
    jobs.seal()
    head = chain.kept()
    assert head is not None
    assert head.seq == 4


def test_a_record_without_a_kept_head_says_so(var_dir: Path) -> None:
    sealed(2)
    chain.keep(None)
    report = audit.verify()
    assert report.intact
    assert not report.head_kept


def test_of_two_sealers_one_gets_the_place_and_the_other_goes_on_behind_it(
    var_dir: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite has one writer at a time (run with --database postgresql)")
    sealed(2)
    waiting(4)
    real, first = service._waiting, []

    def overtaken(session: service.Session, most: int) -> list[audit.Event]:
        waiting = real(session, most)
        if not first:
            first.append(True)
            other = threading.Thread(target=service.seal, args=(None, 2))
            other.start()
            other.join()
        return waiting

    monkeypatch.setattr(service, "_waiting", overtaken)
    jobs.seal()
    assert audit.verify().checked == 6
    assert queries.unsealed() == 0


def test_a_shipper_that_loses_its_places_leaves_the_events_to_the_sealer(
    var_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed(2)
    real = service._extend

    def overtaken(session: service.Session, lines: Any) -> chain.Head | None:
        head = real(session, lines)
        # The other's row, as the database would find it on the first insertion.
        session.execute(insert(CHAIN).values(seq=3, event_id="other", previous="0" * 64, hash="0" * 64))
        return head

    audit.record("login.success")
    with monkeypatch.context() as patch:
        patch.setattr(service, "_extend", overtaken)
        assert jobs.ship() == 1
    assert queries.unsealed() == 1
    assert jobs.seal() == 1
    report = audit.verify()
    assert (report.intact, report.checked) == (True, 3)


def test_a_sealer_that_always_loses_yields(var_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def lost(*_: object) -> tuple[int, chain.Head | None]:
        tries.append(1)
        raise IntegrityError("insert", {}, Exception("taken"))

    monkeypatch.setattr(service, "seal", lost)
    assert jobs.seal() == 0
    assert len(tries) == jobs._ATTEMPTS


def test_the_tables_of_the_statements_are_those_of_the_models() -> None:
    tables = db.db.metadata.tables
    for seen in (EVENTS, CHAIN, UNSEALED):
        assert {column.name for column in seen.columns} == {
            column.name for column in tables[seen.name].columns
        }
