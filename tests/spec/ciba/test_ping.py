"""CIBA Core 1.0 §10.2: the portal is told that its request was decided."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from idp.approvals import jobs
from idp.approvals.queries import PINGS
from idp.store import db
from tests.actors import Person
from tests.approving import Call, approve_call, call, decide, error, hotline, open_request
from tests.conftest import MovableClock
from tests.postgres import free_port
from tests.records import events, one_event
from tests.sink import Behaviour, Sink, answers, document, sink

TOKEN = "n" * 1024


@contextmanager
def called(me: Person, number: str, behave: Behaviour | None = None) -> Iterator[tuple[Sink, Call]]:
    """A portal that listens, and its request for the person."""
    with sink(behave or answers(204)) as at:
        line = hotline(
            backchannel_token_delivery_mode="ping", backchannel_client_notification_endpoint=at.uri
        )
        yield at, call(me, line, login_hint=number, client_notification_token=TOKEN)


def rows() -> list[tuple[str, int, str]]:
    return [(row.status, row.attempts, row.outcome) for row in db.fetch_all(PINGS.select())]


@pytest.mark.parametrize("decision", ["approve", "deny"])
def test_section_10_2_a_ping_says_which_request_was_decided_and_nothing_else(
    me: Person, number: str, decision: str
) -> None:
    """CIBA Core §10.2: POST, JSON, auth_req_id; the portal's bearer token; after success and failure."""
    with called(me, number) as (at, request):
        decide(me, open_request(me), decision)
        with one_event("ping.delivered"):
            jobs.ping_due()
    (body,), (headers,) = at.bodies, at.headers
    assert json.loads(body) == {"auth_req_id": request.answer["auth_req_id"]}
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["Content-Type"] == "application/json"
    assert at.requests == [("POST", "/logout")]


def test_section_10_2_after_the_ping_the_tokens_are_fetched(me: Person, number: str) -> None:
    """CIBA Core §10.2: the client then makes a token request (§10.1)."""
    with called(me, number) as (_, request):
        approve_call(me)
        jobs.ping_due()
        assert request.poll().status_code == 200


def test_section_10_2_before_the_decision_nobody_is_pinged(me: Person, number: str) -> None:
    """CIBA Core §10.2: sent when the authentication is over."""
    with called(me, number) as (at, request):
        jobs.ping_due()
        assert at.requests == []
        assert error(request.poll()) == (400, "authorization_pending")


@pytest.mark.parametrize("status", [200, 201, 204])
def test_section_10_2_a_portal_that_answers_well_is_told_once(me: Person, number: str, status: int) -> None:
    """CIBA Core §10.2: the client answers 200 or 204."""
    with called(me, number, answers(status)) as (at, _):
        approve_call(me)
        jobs.ping_due()
        jobs.ping_due()
        assert len(at.requests) == 1
    assert rows() == [("delivered", 1, str(status))]


def test_section_10_2_a_body_in_the_answer_means_nothing(me: Person, number: str) -> None:
    """CIBA Core §10.2: the provider MUST ignore the body of the response."""
    with called(me, number, document(b'{"error":"x"}')) as (_, request):
        approve_call(me)
        jobs.ping_due()
        assert request.poll().status_code == 200
    assert rows() == [("delivered", 1, "200")]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404])
def test_section_10_2_who_refuses_or_points_elsewhere_is_not_told_again(
    me: Person, number: str, time_travel: MovableClock, status: int
) -> None:
    """CIBA Core §10.2: redirects MUST NOT be followed; a refused token stays refused."""
    with (
        sink() as elsewhere,
        called(me, number, answers(status, ("Location", elsewhere.uri))) as (at, request),
    ):
        approve_call(me)
        with one_event("ping.failed"):
            jobs.ping_due()
        time_travel.advance(60)
        jobs.ping_due()
        assert len(at.requests) == 1
        assert elsewhere.requests == []
        assert request.poll().status_code == 200, "the tokens can be polled for all the same"
    assert rows() == [("failed", 1, str(status))]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_section_10_2_who_is_merely_unwell_is_told_again_later(
    me: Person, number: str, time_travel: MovableClock, status: int
) -> None:
    """CIBA Core §10.2: delivery is the provider's to try."""
    with called(me, number, answers(status)) as (at, _):
        approve_call(me)
        jobs.ping_due()
        jobs.ping_due()
        assert len(at.requests) == 1, "not at once"
        time_travel.advance(2)
        jobs.ping_due()
        assert len(at.requests) == 2
    assert rows() == [("waiting", 2, str(status))]


def test_section_10_2_nobody_is_told_when_it_is_too_late(
    me: Person, number: str, time_travel: MovableClock
) -> None:
    """CIBA Core §10.2: a ping is for a request that can still be redeemed."""
    line = hotline(
        backchannel_token_delivery_mode="ping",
        backchannel_client_notification_endpoint=f"http://127.0.0.1:{free_port()}/ping",
    )
    call(me, line, login_hint=number, client_notification_token=TOKEN)
    approve_call(me)
    jobs.ping_due()
    assert rows() == [("waiting", 1, "Unreachable")]
    time_travel.advance(600)
    jobs.ping_due()
    assert rows() == [("failed", 2, "too late")]


def test_what_is_not_to_be_sent_any_more_is_not_kept(me: Person, number: str) -> None:
    with called(me, number) as (_, request):
        approve_call(me)
        (row,) = db.fetch_all(PINGS.select())
        assert row.sealed
        assert TOKEN not in row.sealed
        assert request.answer["auth_req_id"] not in row.sealed
        jobs.ping_due()
    (row,) = db.fetch_all(PINGS.select())
    assert row.sealed == ""
    assert TOKEN not in str(events())


def test_two_workers_send_one_ping(me: Person, number: str) -> None:
    with called(me, number) as (at, _):
        approve_call(me)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: jobs.ping_due(), range(2)))
        assert len(at.requests) == 1


def test_a_portal_that_polls_is_not_pinged(me: Person, number: str) -> None:
    call(me, hotline(), login_hint=number)
    approve_call(me)
    assert rows() == []


def test_what_became_of_a_ping_is_kept_for_a_day(
    me: Person, number: str, time_travel: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_next_sweep", 0)
    with called(me, number):
        approve_call(me)
        jobs.ping_due()
    assert jobs.forget_pings() == 0
    assert rows() != []
    time_travel.advance(2 * 86400)
    assert jobs.forget_pings() == 1
    assert jobs.forget_pings() == 0, "not again at once"
    assert rows() == []
