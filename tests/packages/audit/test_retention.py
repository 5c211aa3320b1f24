"""Retention: old months go, visibly, and what stays can still be verified."""

from pathlib import Path

import orjson
import pytest
from pydantic import ValidationError
from sqlalchemy import delete, func, select, text

from idp import audit, settings
from idp.audit import chain, jobs, queries, roots, service
from idp.audit.months import Month
from idp.audit.queries import CHAIN, EVENTS, ROOTS
from idp.base import clock
from idp.store import db
from tests.conftest import MovableClock
from tests.packages.audit.chains import event_at, found, sealed, tamper, without_the_kept_head

DAY = 86_400


@pytest.fixture(autouse=True)
def nothing_was_done_this_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_next", {})


@pytest.fixture
def old(var_dir: Path, time_travel: MovableClock) -> MovableClock:
    """Events of two months that are no longer kept and of this one, in each an hour's root; it is now.

    Between them lies a root that covers the end of the second month and is old enough itself.
    """
    time_travel.advance(-500 * DAY)
    for count, days in ((5, 45), (5, 54), (0, 401), (5, 0)):
        sealed(count)
        time_travel.advance(roots.INTERVAL + 1)
        assert jobs.sign_root() == 1
        jobs.seal()
        time_travel.advance(days * DAY - roots.INTERVAL - 1)
    return time_travel


def cleaned() -> int:
    jobs._next.clear()
    count = jobs.clean()
    jobs.seal()
    return count


def rows(table: object = EVENTS) -> int:
    return int(db.fetch_all(select(func.count()).select_from(table))[0][0])  # type: ignore[arg-type]


def test_old_months_go_one_by_one_each_with_an_event(old: MovableClock) -> None:
    months = [Month.of(clock.now() - 500 * DAY), Month.of(clock.now() - 455 * DAY)]
    assert audit.verify().checked == 19
    assert [cleaned(), cleaned(), cleaned()] == [6, 6, 0]
    told = [orjson.loads(event.detail) for event in queries.events(kind="audit.clean")]
    assert [(one["month"], one["count"], one["seq"]) for one in told] == [
        (str(months[1]), 6, 12), (str(months[0]), 6, 5),
    ]  # fmt: skip
    assert rows() == 9
    assert queries.oldest() == Month.of(clock.now() - 401 * DAY)
    report = audit.verify()
    assert (report.intact, report.checked, report.removed, report.roots) == (True, 10, 1, 4)


def test_the_last_hash_that_went_is_told(old: MovableClock) -> None:
    last = db.fetch_all(select(CHAIN.c.hash).where(CHAIN.c.seq == 6))[0][0]
    cleaned()
    (event,) = queries.events(kind="audit.clean")
    assert orjson.loads(event.detail)["hash"] == last


def test_nothing_goes_before_its_time(var_dir: Path, time_travel: MovableClock) -> None:
    sealed(3)
    time_travel.advance(399 * DAY)
    assert cleaned() == 0
    assert rows() == 3


def test_the_floor_of_the_setting_is_four_hundred_days() -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 400"):
        settings.Settings(environment="test", audit_retention_days=399)


def test_a_longer_time_can_be_set(old: MovableClock) -> None:
    settings.use(settings.current().model_copy(update={"audit_retention_days": 3 * 366}))
    assert cleaned() == 0


def test_once_an_hour_is_enough(old: MovableClock) -> None:
    assert jobs.clean() == 6
    assert jobs.clean() == 0
    old.advance(3600)
    assert jobs.clean() == 6


def test_shipping_and_sealing_go_on_while_a_month_goes(
    old: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, shipped = service.drop_events, []

    def meanwhile(before: str, last: int, most: int) -> int:
        audit.record("login.success", reason="meanwhile")
        shipped.append((jobs.ship(), jobs.seal()))
        return real(before, last, most)

    monkeypatch.setattr(service, "drop_events", meanwhile)
    assert cleaned() == 6
    assert shipped[0] == (1, 1)
    assert audit.verify().intact


def test_what_goes_is_counted_in_pieces(old: MovableClock, monkeypatch: pytest.MonkeyPatch) -> None:
    for piece in (1, 3, 6):
        monkeypatch.setattr(queries, "_PIECE", piece)
        end = Month.of(clock.now() - 455 * DAY).first_id
        assert (queries.count_before(end), queries.first_place_from(end)) == (6, 7)
        assert (queries.count_before("g"), queries.first_place_from("g")) == (19, 20)
        assert [queries.last_place_before(each) for each in (end, "g", "")] == [6, 19, 0]
        assert (queries.count_before(""), queries.first_place_from("")) == (0, 1)


@pytest.mark.parametrize("verb", ["drop_events", "drop_places"])
def test_a_clean_up_cut_off_is_verifiable_and_finished_later(
    old: MovableClock, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    real, calls = getattr(service, verb), []

    def dies(*given: object) -> int:
        calls.append(real(*given[:-1], 2))
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(service, verb, dies)
        with pytest.raises(RuntimeError):
            jobs.clean()
    jobs.seal()
    assert calls
    assert audit.verify().intact
    assert cleaned() == 6
    report = audit.verify()
    assert (report.intact, report.checked) == (True, 10)


def test_after_a_clean_up_nothing_younger_may_be_missing(old: MovableClock) -> None:
    cleaned()
    gone = event_at(8)
    tamper(delete(EVENTS).where(EVENTS.c.id == gone))
    assert found() == ("missing", 8)


def test_after_a_clean_up_the_places_behind_its_root_may_not_be_missing(old: MovableClock) -> None:
    cleaned()
    tamper(delete(CHAIN).where(CHAIN.c.seq <= 6))
    assert found() == ("missing", 1)


def test_without_its_event_a_clean_up_is_a_hole(old: MovableClock) -> None:
    tamper(delete(EVENTS).where(EVENTS.c.id < Month.of(clock.now() - 455 * DAY).first_id))
    tamper(delete(CHAIN).where(CHAIN.c.seq < 5))
    assert found() == ("missing", 1)


def test_a_forged_clean_up_of_young_events_excuses_nothing(var_dir: Path, time_travel: MovableClock) -> None:
    sealed(4)
    time_travel.advance(roots.INTERVAL + 1)
    jobs.sign_root()
    month = Month.of(clock.now())
    audit.record("audit.clean", month=str(month), count=4, hash="0" * 64, seq=4)
    jobs.ship()
    jobs.seal()
    gone = event_at(2)
    tamper(delete(EVENTS).where(EVENTS.c.id == gone))
    assert found() == ("missing", 2)
    assert cleaned() == 0


def test_an_anchor_that_was_altered_is_named(old: MovableClock) -> None:
    cleaned()
    tamper(delete(ROOTS))
    (settings.current().var_dir / "audit-roots.jsonl").unlink()
    without_the_kept_head()
    assert found() == ("missing", 1)


def test_nothing_is_removed_from_a_broken_chain(old: MovableClock, caplog: pytest.LogCaptureFixture) -> None:
    tamper(delete(CHAIN).where(CHAIN.c.seq == 19))
    chain.keep(chain.Head(seq=19, hash="f" * 64))
    assert cleaned() == 0
    assert rows() == 19
    assert "nothing is removed" in caplog.text


def test_events_that_wait_for_their_place_hold_a_clean_up_back(
    var_dir: Path, time_travel: MovableClock
) -> None:
    time_travel.advance(-500 * DAY)
    audit.record("login.success")
    jobs.ship()
    _wait_again()
    time_travel.advance(500 * DAY)
    assert jobs.clean() == 0
    assert rows() == 1


def _wait_again() -> None:
    (event,) = queries.events()
    tamper(delete(CHAIN), queries.UNSEALED.insert().values(event_id=event.id, time=event.time))
    without_the_kept_head()


def test_months_are_partitions_made_ahead_and_dropped(old: MovableClock, database_url: str) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite has no partitions (run with --database postgresql)")
    month = Month.of(clock.now())
    with db.reading() as connection:
        plan = connection.execute(
            text("SELECT count(*) FROM pg_inherits WHERE inhparent = 'audit_event'::regclass")
        )
        assert plan.scalar() >= 14
    jobs._next.clear()
    assert jobs.make_months() == 0
    old.advance(70 * DAY)
    jobs._next.clear()
    made = jobs.make_months()
    assert made in (2, 3)
    later = Month.of(clock.now()).ahead(14)
    with db.writing_engine().begin() as connection:
        names = {row[0] for row in connection.execute(text(
            "SELECT relname FROM pg_class WHERE relname LIKE 'audit_event_%' AND relkind = 'r'"
        ))}  # fmt: skip
        last = list(later)[-made:]
        assert {one.partition for one in last} <= names
        for one in last:
            connection.execute(text(f"DROP TABLE {one.partition}"))
    assert month.partition in names


def test_a_month_that_is_a_partition_is_dropped_whole(
    var_dir: Path, time_travel: MovableClock, database_url: str
) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite has no partitions (run with --database postgresql)")
    time_travel.advance(13.5 * 31 * DAY)  # behind the months made ahead: made now
    month = Month.of(clock.now()).next
    time_travel.advance(month.start - clock.now() + 60)
    jobs._next.clear()
    jobs.make_months()
    sealed(4)
    time_travel.advance(40 * DAY)
    assert jobs.sign_root() == 1
    time_travel.advance(402 * DAY)
    sealed(1)
    with db.reading() as connection:
        held = connection.execute(text(f"SELECT count(*) FROM {month.partition}")).scalar()
    assert held == 4
    assert cleaned() == 4
    with db.reading() as connection:
        assert connection.execute(text(f"SELECT to_regclass('{month.partition}')")).scalar() is None
    assert audit.verify().intact
