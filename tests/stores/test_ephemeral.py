"""Ephemeral records behave the same on every Redis-compatible server."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from idp.base.errors import Unavailable
from idp.store import once, redis
from idp.store.ephemeral import Records

pytestmark = pytest.mark.usefixtures("stores")
CODES = Records("code", 60)


def test_of_many_parallel_takers_exactly_one_gets_the_record() -> None:
    for round_number in range(5):
        CODES.put(f"t{round_number}", {"n": round_number})
        with ThreadPoolExecutor(16) as pool:
            taken = list(pool.map(lambda _, n=round_number: CODES.take(f"t{n}"), range(32)))
        assert [record for record in taken if record] == [{"n": round_number}]


def test_no_live_token_stands_in_the_store() -> None:
    CODES.put("very-secret-code", {"a": 1})
    assert all(b"very-secret-code" not in key for key in redis.call("KEYS", "*"))


@pytest.mark.parametrize("foreign", [b"\x80\x04pickle", b"[]", b"not json", b"x" * 100_000])
def test_r07_foreign_data_under_our_key_counts_as_absent(foreign: bytes) -> None:
    redis.call("SET", CODES.key("t"), foreign)
    assert CODES.peek("t") is None


def test_r07_a_key_of_a_foreign_type_counts_as_absent_and_the_connection_stays_usable() -> None:
    redis.call("LPUSH", CODES.key("t"), "x")
    assert CODES.peek("t") is None
    assert CODES.take("t") is None
    assert redis.call("PING") == b"PONG"


def test_a_mark_is_given_once_and_refused_when_older_than_the_marks() -> None:
    assert once.first_time("jti", "a", 60)
    assert not once.first_time("jti", "a", 60)
    epoch = once.since("jti")
    assert not once.first_time("jti", "b", 60, made_at=epoch - 1)
    assert once.first_time("jti", "c", 60, made_at=epoch)


def test_a_killed_connection_is_replaced_without_mixing_answers() -> None:
    redis.call("SET", "k", "v")
    redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: redis.call("GET", "k"), range(64))) == {b"v"}


def test_a_server_that_is_down_is_unavailable_and_comes_back_without_restart(redis_url: str) -> None:
    redis.open("unix:///nonexistent/valkey.sock")
    with pytest.raises(Unavailable):
        redis.call("PING")
    redis.open(redis_url)
    assert redis.call("PING") == b"PONG"
