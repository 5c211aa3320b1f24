"""Failures that were answered are kept, when Redis forgets all or its last writes, when many come at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from idp.base import clock
from idp.base.errors import Unavailable
from idp.login import jobs, queries, service, throttle
from idp.login.throttle import Paused, admit, admit_factor
from idp.store import db, redis
from tests.conftest import MovableClock
from tests.packages.login.test_throttle import HERE, THERE, fail, paused

pytestmark = pytest.mark.usefixtures("stores")


def flush() -> None:
    redis.call("FLUSHALL")


def rewind() -> Callable[[], None]:
    """What Redis has now, to be put back over what it will have: a failover that lost writes."""
    saved = {key: redis.call("DUMP", key) for key in redis.call("KEYS", "*")}

    def restore() -> None:
        flush()
        for key, value in saved.items():
            redis.call("RESTORE", key, 86400_000, value)

    return restore


def kept() -> dict[str, int]:
    """Failures kept, by kind of counter."""
    return {row.counter.split(":")[2]: row.n for row in db.fetch_all(queries.FAILURES.select())}


def tries_let_through(tries: int, address: str = HERE, device: str = "") -> int:
    passed = 0
    for _ in range(tries):
        try:
            fail(address=address, device=device)
        except Paused:
            continue
        passed += 1
    return passed


@pytest.mark.parametrize("after", range(1, 6))
def test_a_flush_in_the_middle_gives_no_further_guess(after: int) -> None:
    assert tries_let_through(after) == after
    flush()
    assert tries_let_through(20) == 5 - after


@pytest.mark.parametrize("after", range(1, 6))
def test_a_flush_after_each_guess_gives_no_further_guess(after: int) -> None:
    passed = 0
    for _ in range(20):
        passed += tries_let_through(1)
        flush()
    assert passed == 5


def test_a_pause_and_a_lock_survive_a_flush(time_travel: MovableClock) -> None:
    tries_let_through(5)
    flush()
    assert 55 <= paused() <= 60
    for _ in range(5):
        time_travel.advance(61)
        fail()
        flush()
    assert 1790 <= paused() <= 1800
    time_travel.advance(1801)
    flush()
    assert paused() == 0
    assert fail().left == 9


def test_guesses_from_everywhere_stop_at_the_account_in_spite_of_flushes() -> None:
    passed = 0
    for place in range(60):
        passed += tries_let_through(1, address=f"10.0.0.{place}")
        if place % 7 == 0:
            flush()
    assert passed == 20
    flush()
    assert paused(address=THERE) > 1700


def test_the_owner_at_a_known_device_gets_in_whatever_was_guessed_and_forgotten() -> None:
    for place in range(30):
        tries_let_through(1, address=f"10.0.0.{place}")
    flush()
    assert paused() > 0
    assert paused(device="phone") == 0
    admit("somebody", HERE, "phone").succeeded()
    assert paused(device="phone") == 0
    assert paused() > 0, "a login at the known device frees no guesser"


def test_failures_at_a_known_device_survive_a_flush_and_are_its_own() -> None:
    assert tries_let_through(9, device="phone") == 5
    flush()
    assert paused(device="phone") > 0
    assert paused(device="tablet") == 0
    assert paused() == 0


def test_wrong_codes_survive_a_flush() -> None:
    for _ in range(5):
        admit_factor("person").failed()
        flush()
    with pytest.raises(Paused):
        admit_factor("person")
    admit_factor("another person")


def test_what_redis_lost_of_its_last_writes_is_put_back() -> None:
    tries_let_through(3)
    restore = rewind()
    tries_let_through(2)
    restore()
    assert tries_let_through(20) == 0


def test_a_redis_that_is_ahead_is_not_set_back() -> None:
    fail()
    for _ in range(3):
        admit("somebody", HERE, "")
    assert kept()["place"] == 1
    assert fail().left == 5
    assert paused() > 0


def test_a_right_password_forgives_the_place_for_good() -> None:
    tries_let_through(4)
    admit("somebody", HERE, "").succeeded()
    assert "place" not in kept()
    flush()
    assert fail().left == 9
    assert kept() == {"who": 5, "place": 1}


def test_a_clean_login_writes_and_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a login without failures wrote to the table of failures")

    for verb in ("count", "forgive"):
        monkeypatch.setattr(service, verb, refuse)
    admit("somebody", HERE, "").succeeded()
    admit("somebody", HERE, "phone").succeeded()
    admit_factor("person").succeeded()
    admit("somebody", HERE, "").released()


def test_a_try_given_back_is_not_kept() -> None:
    for _ in range(50):
        admit("somebody", HERE, "").released()
    assert kept() == {}
    flush()
    assert fail().left == 9


def test_names_that_nobody_has_are_kept_like_others_and_no_name_stands_in_the_table() -> None:
    fail(who="number|111|010101199003070181")
    rows = db.fetch_all(queries.FAILURES.select())
    assert sorted(kept()) == ["place", "who"]
    assert all("0101011990" not in str(row) and HERE not in str(row) for row in rows)


def test_the_window_begins_anew_for_what_is_kept_too(time_travel: MovableClock) -> None:
    tries_let_through(4)
    time_travel.advance(901)
    flush()
    assert fail().left == 9
    assert kept()["place"] == 1
    assert kept()["who"] == 5


def test_without_the_database_a_wrong_password_is_not_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    permit = admit("somebody", HERE, "")

    def away(*_: object) -> None:
        raise Unavailable("database")

    with monkeypatch.context() as patch:
        patch.setattr(throttle.service, "count", away)
        with pytest.raises(Unavailable):
            permit.failed()
    monkeypatch.setattr(throttle.queries, "kept", away)
    with pytest.raises(Unavailable):
        admit("somebody", HERE, "")


def together(work: Callable[[], bool], times: int) -> int:
    """How many of so many calls at one moment were let through."""
    gate = Barrier(times)

    def run(_: int) -> bool:
        gate.wait()
        return work()

    with ThreadPoolExecutor(times) as pool:
        return sum(pool.map(run, range(times)))


def guess(address: str = HERE, device: str = "") -> bool:
    try:
        fail(address=address, device=device)
    except Paused:
        return False
    return True


@pytest.mark.parametrize("device", ["", "phone"])
@pytest.mark.parametrize("before", [0, 3, 4])
def test_parallel_guesses_never_pass_the_limit_also_right_after_a_flush(device: str, before: int) -> None:
    assert tries_let_through(before, device=device) == before
    flush()
    assert together(lambda: guess(device=device), 16) == 5 - before
    flush()
    assert together(lambda: guess(device=device), 16) == 0


def test_no_failure_is_missing_from_what_is_kept_however_many_come_at_once() -> None:
    permits = [admit("somebody", f"10.0.0.{place}", "") for place in range(16)]
    gate = Barrier(len(permits))

    def end(permit: throttle.Permit) -> None:
        gate.wait()
        permit.failed()

    with ThreadPoolExecutor(len(permits)) as pool:
        list(pool.map(end, permits))
    assert kept()["who"] == 16


def test_a_flush_forgets_no_more_than_the_tries_that_were_not_answered() -> None:
    under_way = [admit("somebody", HERE, "") for _ in range(2)]
    tries_let_through(2)
    flush()
    for permit in under_way:
        permit.failed()
    assert tries_let_through(20) == 1


def test_counters_that_are_over_are_dropped_once_a_minute(
    time_travel: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_next", 0)
    fail()
    admit("somebody", HERE, "phone").failed()
    assert jobs.forget_failures() == 0
    time_travel.advance(1801)
    assert jobs.forget_failures() == 2
    assert kept() == {"who": 1}
    time_travel.advance(59)
    fail()
    assert jobs.forget_failures() == 0
    time_travel.advance(86402)
    assert jobs.forget_failures() == 2
    assert kept() == {}
    assert jobs._next == clock.now() + 60
