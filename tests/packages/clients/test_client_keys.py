"""Keys at a client's own address: fetched at need, kept, shared, asked for again."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from clients import client_keys
from clients.client import Client
from idp.base.errors import Unavailable
from idp.store import redis
from idp.store.elsewhere import Task, outcome
from tests import registrations
from tests.conftest import MovableClock
from tests.keyhost import KeyHost, key_host, new_key, public
from tests.records import events
from tests.registrations import entry
from tests.sink import Behaviour, answers, document

pytestmark = pytest.mark.usefixtures("stores")


def key(kid: str, **members: str) -> dict[str, Any]:
    return public(new_key(kid, **members))


@pytest.fixture
def host() -> Iterator[KeyHost]:
    with key_host(key("one")) as listening:
        yield listening


@pytest.fixture
def client(host: KeyHost) -> Client:
    return registrations.client(token_endpoint_auth_method="private_key_jwt", jwks_uri=host.uri)


def kids(client: Client, kid: str | None = None, use: Any = "sig") -> list[str]:
    return sorted(str(one.kid) for one in client_keys.of(client, kid, use).keys)


def test_registered_keys_need_no_network() -> None:
    keys = [key("one"), key("two", use="enc")]
    client = registrations.client(token_endpoint_auth_method="private_key_jwt", jwks={"keys": keys})
    assert kids(client) == ["one"]
    assert kids(client, use="enc") == ["two"]
    assert kids(client, "unknown") == ["one"]


def test_keys_are_fetched_once_and_kept(client: Client, host: KeyHost) -> None:
    assert kids(client) == kids(client, "one") == ["one"]
    assert host.at.requests == [("GET", "/jwks")]
    assert "json" in host.at.headers[0]["Accept"]


def test_an_unknown_kid_is_asked_for_and_found(
    client: Client, host: KeyHost, time_travel: MovableClock
) -> None:
    kids(client)
    host.publish(key("two"))
    time_travel.advance(client_keys.AGAIN)
    assert kids(client, "one") == ["one"]
    assert kids(client, "two") == ["two"]
    assert host.visits == 2


def test_made_up_kids_make_one_request_a_while(
    client: Client, host: KeyHost, time_travel: MovableClock
) -> None:
    for number in range(50):
        kids(client, f"kid-{number}")
    assert host.visits == 1
    time_travel.advance(client_keys.AGAIN)
    for number in range(50):
        kids(client, f"kid-{number}")
    assert host.visits == 2
    assert client_keys.AGAIN < 60


def test_what_one_process_fetched_the_others_have(client: Client, host: KeyHost) -> None:
    kids(client)
    client_keys.forget()
    assert kids(client) == ["one"]
    assert host.visits == 1


def test_of_all_processes_one_asks_again(client: Client, host: KeyHost, time_travel: MovableClock) -> None:
    kids(client)
    time_travel.advance(client_keys.AGAIN)
    for _ in range(5):
        client_keys.forget()
        kids(client, "two")
    assert host.visits == 2


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("max-age=5", 60), ("max-age=120", 120), ("", 600), ("max-age=99999", 3600), ("no-store", 60)],
)
def test_a_set_is_fresh_as_long_as_its_host_says_within_bounds(
    client: Client, host: KeyHost, time_travel: MovableClock, said: str, seconds: int
) -> None:
    host.publish(key("one"), headers=(("Cache-Control", said),))
    kids(client)
    time_travel.advance(seconds - 5)
    kids(client)
    assert host.visits == 1
    time_travel.advance(5)
    kids(client)
    assert host.visits == 2


def test_an_unchanged_set_is_not_sent_again_and_counts_as_new(
    client: Client, host: KeyHost, time_travel: MovableClock
) -> None:
    host.publish(key("one"), headers=(("ETag", '"v1"'),))
    kids(client)
    host.behaviour = answers(304)
    for _ in range(3):
        time_travel.advance(80_000)
        assert kids(client) == ["one"]
    assert [headers.get("If-None-Match") for headers in host.at.headers] == [None, '"v1"', '"v1"', '"v1"']


def test_a_key_taken_away_is_good_no_longer_than_its_set(
    client: Client, host: KeyHost, time_travel: MovableClock
) -> None:
    kids(client)
    host.publish(key("two"))
    time_travel.advance(600)
    assert kids(client, "one") == ["two"]


@pytest.mark.parametrize(
    "behaviour", [answers(500), answers(404), answers(302, ("Location", "http://127.0.0.1:1/"))]
)
def test_a_host_that_fails_leaves_the_last_good_set_for_a_day(
    client: Client, host: KeyHost, time_travel: MovableClock, behaviour: Behaviour
) -> None:
    assert client_keys.LAST_GOOD == 86400
    kids(client)
    host.behaviour = behaviour
    time_travel.advance(client_keys.LAST_GOOD - 5)
    assert kids(client, "two") == ["one"]
    assert host.visits == 2
    time_travel.advance(10)
    with pytest.raises(Unavailable):
        kids(client)


def test_a_dead_host_is_not_asked_by_everybody(client: Client, host: KeyHost) -> None:
    host.behaviour = answers(500)
    for _ in range(20):
        with pytest.raises(Unavailable):
            kids(client)
    assert host.visits == 1


RSA = dict(RSAKey.generate_key(2048, {"kid": "r"}).as_dict(private=False))
PRIVATE = dict(ECKey.generate_key("P-256", {"kid": "p"}).as_dict(private=True))
GOOD = key("good")


def of(*keys: object) -> Behaviour:
    return document(json.dumps({"keys": keys}).encode())


@pytest.mark.parametrize(
    "behaviour",
    [
        document(b"<html>", "text/html"), document(b"<html>"), document(b""), document(b"[]"),
        document(b"{}"), document(b'{"keys":' * 5000), document(b"[" * 60_000),
        document(b'{"keys":[],"keys":[]}'),
        document(b" " * 5_000_000), of(), of(PRIVATE), of(GOOD, PRIVATE), of(GOOD, {"kty": "oct", "k": "AA"}),
        of(GOOD, GOOD), of(GOOD, key("good")), of(*(key(str(n)) for n in range(11))),
        of(*({"kty": "EC", "kid": str(n)} for n in range(300))), of(GOOD | {"alg": "none"}),
        of(RSA | {"n": "AQAB"}), of(RSA | {"n": "x" * 20_000}), of(GOOD | {"kid": ""}),
        of(GOOD | {"use": "tls"}),
    ],
)  # fmt: skip
def test_m11_a_poisoned_set_is_ignored_and_the_last_good_one_kept(
    client: Client, host: KeyHost, time_travel: MovableClock, behaviour: Behaviour
) -> None:
    kids(client)
    host.behaviour = behaviour
    time_travel.advance(600)
    assert kids(client, "good") == ["one"]
    assert host.visits == 2


@pytest.mark.parametrize("behaviour", [of(GOOD, PRIVATE), of(GOOD, GOOD), document(b"nonsense")])
def test_m11_a_poisoned_set_is_recorded(client: Client, host: KeyHost, behaviour: Behaviour) -> None:
    host.behaviour = behaviour
    with pytest.raises(Unavailable):
        kids(client)
    (event,) = events("client.jwks_bad")
    assert (event.client, event.outcome) == (client.client_id, "refused")
    assert str(PRIVATE["d"]) not in str(event)


def test_keys_that_mean_nothing_to_us_are_passed_over(client: Client, host: KeyHost) -> None:
    """RFC 7517 §5."""
    host.publish(
        {"kty": "AKP", "kid": "pq", "alg": "ML-DSA-44", "pub": "AAAA"},
        key("one") | {"x5c": ["MII"], "x5t": "AAAA", "note": "ours"},
        RSA | {"n": RSA["n"][:171]},
        {"kty": "EC", "crv": "P-521", "kid": "large", "x": "AA", "y": "AA"},
        key("enc", use="enc"),
    )
    assert kids(client) == ["one"]
    assert kids(client, use="enc") == ["enc"]


def test_what_lies_in_redis_is_judged_like_what_a_host_answers(client: Client, host: KeyHost) -> None:
    kids(client)
    (name,) = [one for one in redis.call("KEYS", "jwks:*") if not one.endswith(b":tried")]
    for poison in (b"nonsense", b"[]", json.dumps({"keys": [PRIVATE]}).encode()):
        redis.call("SET", name, poison)
        client_keys.forget()
        assert kids(client) == ["one"]
    assert host.visits == 4


def test_many_threads_ask_once(client: Client, host: KeyHost) -> None:
    kids(client)
    client_keys.forget()
    redis.call("FLUSHALL")
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: kids(client), range(2)))
    assert found == [["one"]] * 2
    assert host.visits == 2


def test_a_slow_host_holds_no_more_than_a_few_threads(client: Client, host: KeyHost) -> None:
    asked, over = threading.Semaphore(0), threading.Event()

    def slow(http: BaseHTTPRequestHandler, stop: threading.Event) -> None:
        asked.release()
        over.wait(5)
        document(json.dumps({"keys": [GOOD]}).encode())(http, stop)

    host.behaviour = slow
    with ThreadPoolExecutor(6) as pool:
        waiting = [pool.submit(kids, client) for _ in range(2)]
        assert asked.acquire(timeout=5)
        while client_keys._WAITING._value:  # type: ignore[attr-defined]
            pass
        with pytest.raises(Unavailable):
            kids(client)
        over.set()
        assert [one.result() for one in waiting] == [["good"], ["good"]]
    assert host.visits == 1


def test_private_key_jwt_needs_a_signature_key() -> None:
    only_enc = entry(token_endpoint_auth_method="private_key_jwt", jwks={"keys": [key("one", use="enc")]})
    refused = registrations.refusal(only_enc)
    assert refused
    assert "signature key" in refused.problems[0]


def test_what_is_at_hand_is_never_waited_for(
    client: Client, host: KeyHost, time_travel: MovableClock
) -> None:
    with pytest.raises(Unavailable):
        client_keys.at_hand(client, "sig")
    kids(client)
    time_travel.advance(client_keys.LAST_GOOD - 5)
    assert [one.kid for one in client_keys.at_hand(client, "sig").keys] == ["one"]
    assert host.visits == 1


@pytest.mark.parametrize(
    "text", ["", ".", "e30.", "W10.x.y", "!!!.x", "x" * 100_000, "eyJraWQiOjd9.e30.", "é.é.é"]
)
def test_a_kid_that_cannot_be_read_is_none(client: Client, host: KeyHost, text: str) -> None:
    assert [one.kid for one in client_keys.of_jwt(client, text).keys] == ["one"]


def test_the_event_loop_does_not_wait_but_leaves_that_to_a_thread(client: Client, host: KeyHost) -> None:
    task = Task(lambda _: kids(client))
    work = task.switch(None)
    assert task.waits
    assert host.visits == 0
    assert task.switch(outcome(work)) == (["one"], None)
    assert host.visits == 1
    assert task.switch(None) == (["one"], None), "nobody is waited for when the keys are here"
