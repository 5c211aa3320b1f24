"""What a call sends, what it takes as an answer, and what is kept of it."""

import gzip
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler

import pytest

from idp import metrics, outbound
from idp.outbound import crowd
from idp.outbound.deadline import within
from idp.store.elsewhere import Task, outcome
from tests.postgres import free_port
from tests.records import events
from tests.sink import Behaviour, answers, document, sink

pytestmark = pytest.mark.usefixtures("stores")


def get(uri: str, largest: int = 100, etag: str = "") -> outbound.Reply:
    return outbound.get(uri, accept="application/json, application/jwk-set+json", largest=largest, etag=etag)


def raw(*pieces: bytes) -> Behaviour:
    """Answer with these bytes."""

    def behave(http: BaseHTTPRequestHandler, stop: threading.Event) -> None:
        http.wfile.write(b"".join(pieces))

    return behave


def test_a_document_comes_back_with_what_its_sender_says_about_keeping_it() -> None:
    headers = (("ETag", '"v1"'), ("Cache-Control", "public, max-age=120"))
    with sink(document(b'{"keys":[]}', "application/jwk-set+json; charset=utf-8", *headers)) as portal:
        assert get(portal.uri) == outbound.Reply(
            status=200,
            media_type="application/jwk-set+json",
            body=b'{"keys":[]}',
            etag='"v1"',
            max_age=120,
        )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("", None), ("public", None), ("max-age=0", 0), ("max-age=60, must-revalidate", 60), ("no-store", 0),
     ("max-age=60, no-cache", 0), ('MAX-AGE="5"', 5), ("max-age=-1", None), ("x-max-age=9", None)],
)  # fmt: skip
def test_only_a_readable_age_counts(text: str, seconds: int | None) -> None:
    with sink(document(b"{}", "application/json", ("Cache-Control", text))) as portal:
        assert get(portal.uri).max_age == seconds


def test_an_unchanged_document_is_not_sent_again() -> None:
    with sink(answers(304)) as portal:
        assert get(portal.uri, etag='"v1"').status == 304
        assert portal.headers[0]["If-None-Match"] == '"v1"'
        with pytest.raises(outbound.Unreachable, match="status 304"):
            get(portal.uri)


def test_nothing_is_sent_that_nobody_gave() -> None:
    with sink(document(b"{}", "application/json", ("Set-Cookie", "a=b"))) as portal:
        get(portal.uri)
        get(portal.uri)
        assert [set(headers) for headers in portal.headers] == 2 * [
            {"Accept", "Accept-Encoding", "Connection", "Host", "User-Agent"}
        ]


@pytest.mark.parametrize(
    "media_type", ["text/html", "text/plain", "application/jwt", "application/json2", ""]
)
def test_another_media_type_is_refused(media_type: str) -> None:
    with sink(document(b"{}", media_type)) as portal, pytest.raises(outbound.Unreachable, match="media type"):
        get(portal.uri)


@pytest.mark.parametrize("status", [201, 204, 206, 400, 404, 500])
def test_only_200_is_a_document(status: int) -> None:
    with sink(document(b"{}", status=status)) as portal, pytest.raises(outbound.Unreachable, match="status"):
        get(portal.uri)


def test_an_answer_of_the_bound_is_taken_and_a_byte_more_is_not() -> None:
    with sink(document(b"x" * 100)) as portal:
        assert len(get(portal.uri).body) == 100
    with sink(document(b"x" * 101)) as portal, pytest.raises(outbound.Unreachable, match="too large"):
        get(portal.uri)


def test_a_compressed_answer_is_not_opened() -> None:
    bomb = document(gzip.compress(b" " * 100_000), "application/json", ("Content-Encoding", "gzip"))
    with sink(bomb) as portal, pytest.raises(outbound.Unreachable, match="compressed"):
        get(portal.uri, 1000)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"nonsense", b"HTTP/1.1 abc OK\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000,
        HEAD + b"Content-Length: 50\r\n\r\n{}",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1;" + b"x" * 60_000 + b"\r\n{\r\n" * 100,
        HEAD + b"\r\n" + b"x" * 101,
    ],
)  # fmt: skip
def test_a_broken_answer_is_no_answer(answer: bytes) -> None:
    with sink(raw(answer)) as portal, pytest.raises(outbound.Unreachable):
        get(portal.uri)


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"\r\n{}",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"Content-Length: 2\r\n\r\n{}",
    ],
)
def test_an_odd_but_whole_answer_is_one(answer: bytes) -> None:
    with sink(raw(answer)) as portal:
        assert get(portal.uri).body == b"{}"


def test_a_post_brings_its_body_and_reads_an_answer_only_when_asked_to() -> None:
    with sink(document(b'{"a":1}')) as portal:
        first = outbound.post(portal.uri, b"{}", headers={"Content-Type": "application/json"})
        second = outbound.post(portal.uri, b"{}", headers={}, accept="application/json", largest=100)
        assert (first.status, first.body, second.body) == (200, b"", b'{"a":1}')
        assert portal.bodies == [b"{}", b"{}"]
        assert portal.requests[0][0] == "POST"


def test_the_host_and_nothing_else_of_an_address_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(outbound.Unreachable):
        get(f"http://127.0.0.1:{free_port()}/secret-path?token=abc")
    assert "127.0.0.1" in caplog.text
    assert "secret-path" not in caplog.text
    assert "abc" not in caplog.text


def test_a_stopped_call_is_recorded_with_client_and_host_alone() -> None:
    with pytest.raises(outbound.Refused):
        outbound.get("https://user@host.example/secret-path?token=abc", accept="*/*", client="tax")
    (event,) = events("ssrf.block")
    assert (event.client, event.outcome) == ("tax", "refused")
    assert "secret-path" not in str(event)


def test_calls_are_counted_by_how_they_end() -> None:
    def count(outcome: str) -> float:
        line = f'idp_outbound_total{{method="GET",outcome="{outcome}"}} '
        found = [row for row in metrics.render().decode().splitlines() if row.startswith(line)]
        return float(found[0].split()[-1]) if found else 0.0

    before = [count(outcome) for outcome in ("answered", "refused", "unreachable")]
    with sink(document(b"{}")) as portal:
        get(portal.uri)
    for uri in ("file:///x", f"http://127.0.0.1:{free_port()}/"):
        with pytest.raises(outbound.Failed):
            get(uri)
    assert [count(outcome) for outcome in ("answered", "refused", "unreachable")] == [
        one + 1 for one in before
    ]


def test_no_more_than_a_few_calls_at_once_reach_one_host() -> None:
    now, most, lock = [0], [0], threading.Lock()

    def counting(http: BaseHTTPRequestHandler, stop: threading.Event) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        stop.wait(0.05)
        with lock:
            now[0] -= 1
        document(b"{}")(http, stop)

    with sink(counting) as portal, ThreadPoolExecutor(12) as pool:
        replies = list(pool.map(lambda _: get(portal.uri), range(12)))
    assert [reply.status for reply in replies] == [200] * 12
    assert most[0] == crowd.MOST_TO_ONE_HOST


def test_who_finds_the_host_crowded_waits_no_longer_than_the_deadline() -> None:
    with sink(document(b"{}")) as portal:
        with ExitStack() as places:
            for _ in range(crowd.MOST_TO_ONE_HOST):
                places.enter_context(crowd.among("127.0.0.1", within(1)))
            began = time.monotonic()
            with pytest.raises(outbound.Unreachable, match="too many calls"):
                outbound.get(portal.uri, accept="application/json", seconds=0.2)
            assert time.monotonic() - began < 1
        assert get(portal.uri).status == 200
    assert not crowd._under_way


def test_all_hosts_together_share_a_bound() -> None:
    with ExitStack() as places:
        for number in range(crowd.MOST):
            places.enter_context(crowd.among(f"host-{number}", within(1)))
        with pytest.raises(outbound.Unreachable), crowd.among("another", within(0.1)):
            pass


def test_the_event_loop_sends_nothing_itself() -> None:
    with sink(document(b"{}")) as portal:
        task = Task(lambda _: get(portal.uri))
        work = task.switch(None)
        assert task.waits
        assert portal.requests == []
        reply, error = task.switch(outcome(work))
        assert (reply.status, error) == (200, None)
