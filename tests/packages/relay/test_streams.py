"""Streams: in order, at least once, through failures, restarts and two workers; what arrives says all."""

import hashlib
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from idp import audit, keyring, metrics, readiness, settings
from idp.audit import jobs as audit_jobs
from idp.audit import queries, service, spool, stream
from idp.base import clock
from idp.base.secret import b64url_decode
from idp.relay import jobs, syslog, webhook
from tests import tls
from tests.conftest import MovableClock
from tests.sink import answers, sink

Configure = Callable[..., None]


@pytest.fixture
def configure(stores: None, test_settings: settings.Settings, tmp_path: Path) -> Configure:
    """Set what a test wants of the streams."""

    def use(**changes: object) -> None:
        settings.use(test_settings.model_copy(update={"var_dir": tmp_path, **changes}))
        spool.close()

    use()
    return use


def record(*clients: str) -> None:
    for client in clients:
        audit.record("login.success", client=client, reason="税务 \u2028", method="pwd")
    audit_jobs.ship()


@dataclass
class Collector:
    """A syslog server that takes whole connections, and may break some."""

    port: int
    received: list[bytes] = field(default_factory=list)
    breaks: int = 0

    @property
    def messages(self) -> list[str]:
        """The messages of all connections, taken apart by their octet counts (RFC 6587 §3.4.1)."""
        found = []
        for data in self.received:
            while data:
                length, _, data = data.partition(b" ")
                found.append(data[: int(length)].decode("ascii"))
                data = data[int(length) :]
        return found

    @property
    def clients(self) -> list[str]:
        return [told(one)["event"]["client"] for one in self.messages]


@contextmanager
def collector(context: ssl.SSLContext | None = None) -> Iterator[Collector]:
    listener = socket.create_server(("127.0.0.1", 0))
    found = Collector(port=listener.getsockname()[1])

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            try:
                _take(line, context, found)
            except OSError:
                line.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield found
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def _take(line: socket.socket, context: ssl.SSLContext | None, found: Collector) -> None:
    line.settimeout(5)
    if found.breaks:
        found.breaks -= 1
        line.recv(10)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        line.close()
        return
    if context:
        line = context.wrap_socket(line, server_side=True)
    data = b""
    while piece := line.recv(65536):
        data += piece
    found.received.append(data)
    if isinstance(line, ssl.SSLSocket):
        line.unwrap()
    line.close()


def told(message: str) -> dict[str, dict[str, str]]:
    return dict(json.loads(message[message.index("] ") + 2 :]))


def state() -> stream.State:
    (found,) = stream.states()
    return found


def test_nothing_is_streamed_where_nothing_is_configured(configure: Configure) -> None:
    record("a")
    assert jobs.stream_syslog() == jobs.stream_webhook() == 0
    assert audit.streams() == []


def test_a_stream_begins_with_what_is_recorded_after_it_was_set_up(configure: Configure) -> None:
    with collector() as place:
        configure(audit_syslog=f"tcp://127.0.0.1:{place.port}")
        record("before")
        assert jobs.stream_syslog() == 0
        record("a", "b")
        assert jobs.stream_syslog() == 2
        assert jobs.stream_syslog() == 0
    assert place.clients == ["a", "b"]


_MESSAGE = re.compile(
    r"<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) 127\.0\.0\.1 idp - ([!-~]{1,32})"
    r' \[meta sequenceId="(\d+)"\] (\{.*\})'
)


def test_a_message_is_what_rfc_5424_wants_and_says_all(configure: Configure) -> None:
    record("tax")
    audit.record("token.refuse", client="tax", outcome="refused", error="invalid_grant")
    audit.record("login.failure", outcome="failed", method="pwd")
    audit.record("alarm.spray", outcome="failed", subject="192.0.2.1", count=20, window=900)
    audit_jobs.ship()
    sealed, last = stream.after(0, 10)
    assert last == 4
    severities = []
    for one in sealed:
        text = syslog.message(one).decode("ascii")
        match = _MESSAGE.fullmatch(text)
        assert match, text
        severities.append(int(match[1]) - 13 * 8)
        assert (match[3], int(match[4])) == (one.event.kind, one.seq)
        assert json.loads(match[5])["hash"] == one.hash
    assert severities == [6, 5, 4, 1]
    first = told(syslog.message(sealed[0]).decode())["event"]
    assert (first["client"], first["detail"], first["id"]) == ("tax", {"method": "pwd"}, sealed[0].event.id)
    assert first["reason"].startswith("税务")


def test_over_tls_the_collector_is_verified(configure: Configure) -> None:
    with collector(tls.server("127.0.0.1")) as place:
        address = f"tls://127.0.0.1:{place.port}"
        configure(audit_syslog=address, audit_syslog_authorities=str(tls.authority_file()))
        jobs.stream_syslog()
        record("a", "b")
        assert jobs.stream_syslog() == 2
    assert place.clients == ["a", "b"]


def test_over_tls_nobody_unknown_gets_anything(configure: Configure) -> None:
    with collector(tls.server("127.0.0.1", known=False)) as place:
        configure(
            audit_syslog=f"tls://127.0.0.1:{place.port}", audit_syslog_authorities=str(tls.authority_file())
        )
        jobs.stream_syslog()
        record("a")
        assert jobs.stream_syslog() == 0
    assert place.received == []
    assert state().outcome == "SSLCertVerificationError"


def test_over_udp_each_event_is_a_datagram_and_a_long_one_goes_without_details(configure: Configure) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as place:
        place.bind(("127.0.0.1", 0))
        place.settimeout(5)
        configure(audit_syslog=f"udp://127.0.0.1:{place.getsockname()[1]}")
        jobs.stream_syslog()
        record("a")
        audit.record("consent.grant", client="b", scope=["位" * 200] * 30)
        audit_jobs.ship()
        assert jobs.stream_syslog() == 2
        short, long = (told(place.recv(65536).decode("ascii"))["event"] for _ in range(2))
    assert (short["client"], short["detail"]) == ("a", {"method": "pwd"})
    assert (long["client"], long["detail"]) == ("b", {})


def test_what_fails_is_tried_later_and_in_order(configure: Configure, time_travel: MovableClock) -> None:
    with collector() as place:
        configure(audit_syslog=f"tcp://127.0.0.1:{place.port}")
        jobs.stream_syslog()
        record("a", "b")
        place.breaks = 2
        waits = []
        for _ in range(2):
            assert jobs.stream_syslog() == 0
            waits.append(state().next_at - clock.now())
            assert jobs.stream_syslog() == 0  # not before its time
            record("later")
            time_travel.advance(waits[-1] + 1)
        assert state().attempts == 2
        assert 3 <= waits[0] <= 5 < waits[1] <= 10
        assert jobs.stream_syslog() == 4
        assert (state().attempts, state().waiting, state().outcome) == (0, 0, "taken")
    assert place.clients == ["a", "b", "later", "later"]


def test_the_longest_wait_is_five_minutes(configure: Configure, time_travel: MovableClock) -> None:
    configure(audit_syslog="tcp://127.0.0.1:9")
    jobs.stream_syslog()
    record("a")
    for _ in range(9):
        jobs.stream_syslog()
        time_travel.advance(301)
    jobs.stream_syslog()
    assert 290 <= state().next_at - clock.now() <= 300


def test_a_collector_that_does_not_end_its_side_has_not_taken_it(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syslog, "_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        configure(audit_syslog=f"tcp://127.0.0.1:{deaf.getsockname()[1]}")
        jobs.stream_syslog()
        record("a")
        assert jobs.stream_syslog() == 0
    assert (state().waiting, state().outcome) == (1, "TimeoutError")


def test_a_worker_that_dies_behind_a_batch_loses_nothing(
    configure: Configure, time_travel: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with collector() as place:
        configure(audit_syslog=f"tcp://127.0.0.1:{place.port}")
        jobs.stream_syslog()
        record("a", "b")
        with monkeypatch.context() as patch:
            patch.setattr(service, "settle_stream", dies)
            with pytest.raises(KeyboardInterrupt):
                jobs.stream_syslog()
        assert jobs.stream_syslog() == 0  # its time is not over
        time_travel.advance(61)
        assert jobs.stream_syslog() == 2
    assert place.clients == ["a", "b", "a", "b"]


def test_of_two_workers_one_streams(configure: Configure) -> None:
    with collector() as place:
        configure(audit_syslog=f"tcp://127.0.0.1:{place.port}")
        jobs.stream_syslog()
        record("a")
        seen = state()
        assert service.claim_stream(seen, until=clock.now() + 60)
        assert not service.claim_stream(seen, until=clock.now() + 60)
        assert jobs.stream_syslog() == 0
    assert place.received == []


def test_more_than_a_batch_goes_in_one_round(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_BATCH", 3)
    with collector() as place:
        configure(audit_syslog=f"tcp://127.0.0.1:{place.port}")
        jobs.stream_syslog()
        names = [f"c{number}" for number in range(10)]
        record(*names)
        assert jobs.stream_syslog() == 10
        assert (state().waiting, state().next_at) == (0, 0)
    assert place.clients == names
    assert len(place.received) == 4


def test_a_webhook_gets_signed_batches(configure: Configure) -> None:
    with sink(answers(204)) as place:
        configure(audit_webhook=place.uri)
        jobs.stream_webhook()
        record("a", "b")
        assert jobs.stream_webhook() == 2
        (body,) = place.bodies
        headers = place.headers[0]
    batch = json.loads(body)
    assert [one["event"]["client"] for one in batch["events"]] == ["a", "b"]
    assert batch["events"][0]["hash"] == stream.after(0, 1)[0][0].hash
    claims = keyring.verify(headers["Audit-Signature"], typ=webhook.TYPE)
    assert b64url_decode(claims["sha256"]) == hashlib.sha256(body).digest()
    assert (claims["aud"], claims["first"], claims["last"]) == (place.uri, 1, 2)


@pytest.mark.parametrize("status", [301, 400, 410, 500, 503])
def test_a_webhook_that_refuses_gets_it_again(
    configure: Configure, time_travel: MovableClock, status: int
) -> None:
    with sink(answers(status)) as place:
        configure(audit_webhook=place.uri)
        jobs.stream_webhook()
        record("a")
        assert jobs.stream_webhook() == 0
        time_travel.advance(6)
        jobs.stream_webhook()
        assert len(place.bodies) == 2
    assert (state().attempts, state().outcome) == (2, f"status {status}")


def test_m01_a_webhook_at_a_forbidden_address_is_not_called(configure: Configure) -> None:
    with sink(answers(204)) as place:
        configure(audit_webhook=place.uri, outbound_loopback=False)
        jobs.stream_webhook()
        record("a")
        assert jobs.stream_webhook() == 0
        assert place.bodies == []
    audit_jobs.ship()
    assert len(queries.events(kind="ssrf.block")) == 1


def test_what_waits_is_in_metrics_and_readiness(configure: Configure) -> None:
    configure(audit_syslog="tcp://127.0.0.1:9", audit_webhook="http://127.0.0.1:9/")
    assert readiness.waiting() == {"spool_bytes": 0}
    for begin in (jobs.stream_syslog, jobs.stream_webhook):
        begin()
    record("a", "b", "c")
    jobs.measure()
    assert readiness.waiting() == {"spool_bytes": 0, "syslog": 3, "webhook": 3}
    page = metrics.render().decode()
    assert 'idp_audit_stream_waiting{sink="syslog"} 3.0' in page
    assert 'idp_audit_stream_waiting{sink="webhook"} 3.0' in page
    assert [one.waiting for one in audit.streams()] == [3, 3]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("audit_syslog", "syslog://a:1"), ("audit_syslog", "tcp://a"), ("audit_syslog", "10.0.0.1:514"),
        ("audit_webhook", "ftp://a/"), ("audit_webhook", "https:///x"),
    ],
)  # fmt: skip
def test_a_sink_that_is_none_stops_the_start(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        settings.Settings(environment="test", **{name: value})  # type: ignore[arg-type]
