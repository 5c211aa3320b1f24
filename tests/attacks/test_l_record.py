"""Attack book, L26: whoever has the database's password removes events and says that it was the retention."""

from pathlib import Path

import orjson
import pytest
from sqlalchemy import delete, func, insert, select, update

from idp import audit, settings
from idp.audit import chain, event, export, jobs, queries, roots, service, spool, watch
from idp.audit.months import Month
from idp.audit.queries import CHAIN, EVENTS, UNSEALED
from idp.base import clock
from idp.store import db
from tests.conftest import MovableClock
from tests.packages.audit.chains import event_at, found, sealed, tamper, without_the_kept_head

DAY = 86_400


@pytest.fixture(autouse=True)
def record(
    stores: None, test_settings: settings.Settings, tmp_path: Path, time_travel: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Events of long ago, a root over all of them, events of this hour under their own root; it is now."""
    settings.use(test_settings.model_copy(update={"var_dir": tmp_path}))
    spool.close()
    monkeypatch.setattr(jobs, "_next", {})
    time_travel.advance(-500 * DAY)
    for count, days in ((3, 50), (0, 450), (3, 0)):
        sealed(count)
        time_travel.advance(roots.INTERVAL + 1)
        assert jobs.sign_root() == 1
        jobs.seal()
        time_travel.advance(max(0, days * DAY - roots.INTERVAL - 1))
    assert audit.verify().intact


def forge_a_clean_up(month: Month, seq: int, moment: int) -> None:
    """A row as the worker would write it, waiting for its place like any other."""
    (known,) = queries.events(limit=1)
    row = {name: getattr(known, name) for name in event.MEMBERS} | {
        "id": event.new_id(moment * 1_000_000), "time": moment * 1_000_000, "kind": "audit.clean",
        "client": "", "outcome": "success",
        "detail": orjson.dumps({"count": 1, "hash": "0" * 64, "month": str(month), "seq": seq}).decode(),
    }  # fmt: skip
    waits = insert(UNSEALED).values(event_id=row["id"], time=row["time"])
    tamper(insert(EVENTS).values(**row), waits)


def stored() -> int:
    return int(db.fetch_all(select(func.count()).select_from(EVENTS))[0][0])


@pytest.mark.parametrize("days", [0, 500, 3000])
def test_l26_a_forged_clean_up_excuses_no_young_event(days: int) -> None:
    """Dated now or years ahead: it is judged by when the place was sealed, which a root has signed."""
    forge_a_clean_up(Month.of(clock.now()), 0, clock.now() + days * DAY)
    tamper(delete(EVENTS).where(EVENTS.c.id == event_at(6)))
    assert found() == ("missing", 6)
    jobs.seal()
    assert found() == ("missing", 6)


@pytest.mark.parametrize("days", [0, 500])
def test_l26_a_forged_clean_up_makes_the_worker_remove_nothing_young(days: int) -> None:
    """Who may only add rows gets none removed by the worker, who may."""
    forge_a_clean_up(Month.of(clock.now()), 8, clock.now() + days * DAY)
    jobs.seal()
    young = {event_at(seq) for seq in (5, 6, 7, 8)}
    jobs.clean()
    assert young <= {row.id for row in db.fetch_all(select(EVENTS.c.id))}


def test_l26_a_young_beginning_is_not_cut_off_as_an_old_month() -> None:
    """The clean-up names a month of long ago, and a root of an hour ago as the place that stays."""
    newest = queries.newest_root()
    assert newest
    forge_a_clean_up(Month.of(clock.now() - 500 * DAY), newest.seq, clock.now())
    before = select(CHAIN.c.event_id).where(CHAIN.c.seq < newest.seq)
    tamper(
        delete(EVENTS).where(EVENTS.c.id.in_(before)),
        delete(CHAIN).where(CHAIN.c.seq < newest.seq),
    )
    assert found() == ("missing", 1)


def test_l26_a_young_event_under_an_old_id_is_missed() -> None:
    """The id of an event that is gone is in no hash: a place can be given one of a month that went."""
    sealed(1)
    assert _cleaned() > 0
    assert audit.verify().intact
    tamper(
        delete(EVENTS).where(EVENTS.c.id == event_at(6)),
        update(CHAIN).where(CHAIN.c.seq == 6).values(event_id=event.new_id(1_000_000)),
    )
    assert found() == ("missing", 6)


def test_l26_an_event_that_came_late_is_kept_as_long_as_any_other(time_travel: MovableClock) -> None:
    """Its month waits for it, and then goes as a whole."""
    time_travel.advance(-500 * DAY)
    audit.record("login.success", reason="late")
    time_travel.advance(500 * DAY)
    jobs.ship()
    before = stored()
    assert _cleaned() == 0
    assert stored() == before


def test_l26_r37_a_clock_that_ran_ahead_once_does_not_silence_the_signer(time_travel: MovableClock) -> None:
    """Without it nobody signs before that moment comes, and who writes the chain anew has years for it."""
    time_travel.advance(3 * 365 * DAY)
    sealed(1)
    assert jobs.sign_root() == 1
    time_travel.advance(-3 * 365 * DAY + 2 * roots.INTERVAL)
    assert [sign.kind for sign in watch.signs(clock.now())] == ["root"]
    sealed(1)
    assert jobs.sign_root() == 1
    assert jobs.sign_root() == 0
    assert list(watch.signs(clock.now())) == []
    assert audit.verify().intact
    later = export.part(clock.now() - 1, clock.now())
    assert later.last == queries.roots()[-1].seq


def test_l26_r37_a_root_signed_by_a_clock_set_back_makes_nothing_old(time_travel: MovableClock) -> None:
    time_travel.advance(-450 * DAY)
    sealed(1)
    head = queries.newest_root()
    assert head
    made = service.sign_root(chain.kept(), clock.now())
    assert made
    assert made.time < head.time
    time_travel.advance(450 * DAY)
    forge_a_clean_up(Month.of(clock.now() - 500 * DAY), 0, clock.now())
    tamper(
        delete(EVENTS).where(EVENTS.c.id == event_at(6)),
        update(CHAIN).where(CHAIN.c.seq == 6).values(event_id=event.new_id(1_000_000)),
    )
    assert found() == ("missing", 6)


def _cleaned() -> int:
    jobs._next.clear()
    count = jobs.clean()
    jobs.seal()
    return count


def test_l26_a_cut_tail_is_named_without_the_head_that_was_kept() -> None:
    """The newest root tells how long the chain was."""
    without_the_kept_head()
    tamper(delete(CHAIN).where(CHAIN.c.seq > 5), delete(EVENTS).where(EVENTS.c.id == event_at(7)))
    assert audit.verify().problem
