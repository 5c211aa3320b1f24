"""Failures are counted in a real Valkey: one after another, and many at once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest

from idp import settings
from idp.base.errors import Unavailable
from idp.login import throttle
from idp.login.throttle import Paused, Permit, admit, admit_factor
from idp.store import redis
from tests.conftest import MovableClock

pytestmark = pytest.mark.usefixtures("stores")

HERE, THERE = "192.0.2.1", "198.51.100.7"


def fail(who: str = "somebody", address: str = HERE, device: str = "") -> Permit:
    permit = admit(who, address, device)
    permit.failed()
    return permit


def paused(who: str = "somebody", address: str = HERE, device: str = "") -> int:
    """Seconds to wait, 0 when a try is let through (and given back)."""
    try:
        admit(who, address, device).released()
    except Paused as pause:
        return pause.seconds
    return 0


def test_the_fifth_failure_costs_a_minute_and_the_tenth_half_an_hour(time_travel: MovableClock) -> None:
    for _ in range(4):
        fail()
        assert paused() == 0
    for _ in range(5):
        fail()
        assert 58 <= paused() <= 60
        time_travel.advance(61)
    fail()
    assert 1790 <= paused() <= 1800


def test_a_page_can_say_how_many_tries_are_left() -> None:
    assert [fail().left for _ in range(4)] == [9, 8, 7, 6]


def test_a_pause_ends_and_the_count_begins_anew(time_travel: MovableClock) -> None:
    for _ in range(10):
        fail()
        time_travel.advance(61)
    assert paused() > 1700
    time_travel.advance(1801)
    assert paused() == 0
    assert fail().left == 9


def test_failures_are_forgotten_after_the_window(time_travel: MovableClock) -> None:
    for _ in range(4):
        fail()
    time_travel.advance(901)
    assert fail().left == 9


def test_a_success_forgives_the_place_but_not_the_account(time_travel: MovableClock) -> None:
    for place in range(4):
        for _ in range(4):
            fail(address=f"192.0.2.{place}")
    admit("somebody", HERE, "").succeeded()
    assert fail().left == 3  # of the account's 20 a day
    assert fail(who="somebody else").left == 9


def test_guesses_from_everywhere_stop_at_the_account(time_travel: MovableClock) -> None:
    let_through = 0
    for place in range(500):
        try:
            fail(address=f"10.0.{place // 250}.{place % 250}")
        except Paused:
            continue
        let_through += 1
    assert let_through == 20
    assert paused(address=THERE) > 1700
    time_travel.advance(1801)
    fail(address=THERE)
    assert paused(address="203.0.113.9") > 1700


def test_a_known_device_is_counted_apart() -> None:
    for place in range(30):
        with pytest.raises(Paused) if place >= 20 else nullcontext():
            fail(address=f"10.0.0.{place}")
    assert paused(device="phone") == 0
    for _ in range(5):
        fail(device="phone")
    assert paused(device="phone") > 0
    assert paused(device="tablet") == 0


def test_a_paused_network_does_not_stop_a_known_device() -> None:
    for person in range(100):
        fail(who=f"person {person}")
    assert 290 <= paused(who="one more") <= 300
    assert paused(who="one more", address=THERE) == 0
    assert paused(who="one more", device="phone") == 0


def test_a_network_pays_for_failures_only() -> None:
    for person in range(500):
        admit(f"person {person}", HERE, "").succeeded()
    assert paused(who="one more") == 0


def test_a_network_of_ipv6_is_its_64() -> None:
    for host in range(100):
        fail(who=f"person {host}", address=f"2001:db8::{host:x}")
    assert paused(who="x", address="2001:db8::ffff:1") > 0
    assert paused(who="x", address="2001:db8:0:1::1") == 0


def test_an_ipv4_address_in_ipv6_clothes_is_the_same_place() -> None:
    for _ in range(5):
        fail()
    assert paused(address=f"::ffff:{HERE}") > 0


def test_a_try_given_back_does_not_count() -> None:
    for _ in range(50):
        admit("somebody", HERE, "").released()
    assert fail().left == 9


def test_guesses_at_the_same_moment_are_all_counted() -> None:
    def guess(_: int) -> bool:
        try:
            admit("somebody", HERE, "")
        except Paused:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        let_through = sum(pool.map(guess, range(200)))
    assert let_through == 5


def test_no_acknowledged_failure_is_missing_from_the_counter() -> None:
    """INV6: counters are never lower than what callers were told."""

    def guess(_: int) -> bool:
        try:
            fail()
        except Paused:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        told = sum(pool.map(guess, range(100)))
    counted = redis.call("KEYS", "throttle:{login}:who:*")
    assert int(redis.call("HGET", counted[0], "n")) >= told


def test_successes_and_failures_that_meet_do_not_free_each_other() -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: admit("somebody", f"192.0.2.{n}", "").succeeded(), range(50)))
    for place in range(20):
        fail(address=f"10.0.0.{place}")
    assert paused(address=THERE) > 0


def test_wrong_codes_are_counted_by_person_wherever_they_come_from() -> None:
    for _ in range(5):
        admit_factor("person")
    with pytest.raises(Paused):
        admit_factor("person")
    admit_factor("another person")


def test_spraying_from_one_place_is_told_once_a_window(time_travel: MovableClock) -> None:
    time_travel.advance(900 - throttle.clock.now() % 900)
    told = [spray for n in range(60) for spray in admit(f"person {n}", HERE, "").failed()]
    assert [spray.where for spray in told] == ["network"]
    assert told[0].accounts >= 19
    time_travel.advance(900)
    again = [spray for n in range(60) for spray in admit(f"person {n}", HERE, "").failed()]
    assert len(again) == 1


def test_spraying_from_a_few_places_together_is_told_once(time_travel: MovableClock) -> None:
    time_travel.advance(900 - throttle.clock.now() % 900)
    told = []
    for n in range(260):
        told += admit(f"person {n}", f"10.0.0.{n % 15}", "").failed()
    assert [spray.where for spray in told if spray.where == "everywhere"] == ["everywhere"]


def test_many_people_failing_at_home_are_no_spray() -> None:
    told = [
        spray for n in range(400) for spray in admit(f"person {n}", f"10.{n // 200}.{n % 200}.1", "").failed()
    ]
    assert told == []


def test_one_person_failing_again_and_again_is_no_spray(time_travel: MovableClock) -> None:
    told = []
    for _ in range(30):
        told += fail_with_sprays()
        time_travel.advance(1801)
    assert told == []


def fail_with_sprays() -> list[throttle.Spray]:
    return admit("somebody", HERE, "").failed()


def test_a_dump_of_redis_names_neither_accounts_nor_addresses() -> None:
    fail(who="number|111|01010119900307019X")
    for key in redis.call("KEYS", "*"):
        assert b"0101011990" not in key
        assert HERE.encode() not in key


def test_every_key_lies_in_one_slot_and_expires() -> None:
    fail()
    admit_factor("person")
    keys = redis.call("KEYS", "throttle*")
    assert len(keys) >= 6
    assert all(b"{login}" in key for key in keys)
    assert all(redis.call("TTL", key) > 0 for key in keys)


def test_without_redis_nothing_is_let_through(test_settings: settings.Settings) -> None:
    redis.open("unix:///nowhere/valkey.sock")
    try:
        with pytest.raises(Unavailable):
            admit("somebody", HERE, "")
    finally:
        redis.open(test_settings.cache_url)
