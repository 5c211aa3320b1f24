"""Marks that ride in other packets: on a real store, with its scripts forgotten, poisoned and flushed."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from idp.base.clock import now
from idp.store import once, redis
from idp.store.once import Mark
from idp.store.redis import Script


def mark(value: str = "a", *, made_at: int | None = None) -> Mark:
    return Mark("test", value, 60, made_at=now() if made_at is None else made_at)


def sent(one: Mark) -> str:
    one.hear(redis.pipeline(*one.commands))
    return one.state


def test_the_first_is_first_and_nobody_after(stores: None) -> None:
    assert [sent(mark()) for _ in range(3)] == ["first", "again", "again"]
    assert sent(mark("b")) == "first"


def test_of_many_at_once_one_is_first(stores: None) -> None:
    with ThreadPoolExecutor(16) as pool:
        states = sorted(pool.map(lambda _: sent(mark()), range(64)))
    assert states == ["again"] * 63 + ["first"]


def test_a_packet_that_is_repeated_marks_once(stores: None) -> None:
    """Redis forgets a script when it starts anew; the packet then goes out twice."""
    script, one = Script("return {7}"), mark()
    redis.call("SCRIPT", "FLUSH")
    _, *replies = script.run(("k",), (), *one.commands)
    one.hear(replies)
    assert one.state == "first"
    assert sent(mark()) == "again"


def test_what_is_older_than_the_marks_is_not_believed(stores: None) -> None:
    assert sent(mark("old", made_at=now() - 5)) == "too old"
    assert sent(mark("old")) == "again"


def test_a_flush_shows_in_the_next_packet(stores: None) -> None:
    began = once.kept_since("test")
    redis.call("SET", "once:{test}:epoch", began - 60)
    once.forget()
    assert once.kept_since("test") == began - 60
    redis.call("FLUSHALL")
    assert sent(mark("a", made_at=began - 30)) == "too old"
    assert once.kept_since("test") >= began


@pytest.mark.parametrize("poison", [b"x", b"", b"-5", b"1e9"])
def test_a_beginning_that_cannot_be_read_is_now(stores: None, poison: bytes) -> None:
    redis.call("SET", "once:{test}:epoch", poison)
    assert sent(mark("a", made_at=now() - 5)) == "too old"


def test_something_of_another_kind_under_the_key_is_no_mark_of_ours(stores: None) -> None:
    (_, _, command, _) = mark().commands
    redis.call("RPUSH", command[1], "x")
    assert sent(mark()) == "again"
