"""Checklist A11: FAPI-CIBA ID1 in the mode ping; what both modes share stands beside this file."""

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp import persons
from idp.approvals import jobs
from idp.oidc.endpoints import metadata
from tests.actors import Person, citizen
from tests.approving import decide, open_request, with_phone
from tests.ciba import begin, client, error, poll
from tests.conftest import MovableClock
from tests.possession import proxied
from tests.sink import Behaviour, Sink, answers, document, sink


@pytest.fixture
def me(app: Flask, stores: None) -> Iterator[Person]:
    """A citizen with a phone; the server sees certificates."""
    metadata._document.cache_clear()
    with proxied(app) as person:
        person_id = citizen()
        with_phone(person_id)
        person.log_in(person_id)
        yield person
    metadata._document.cache_clear()


@pytest.fixture
def number(me: Person) -> str:
    person = persons.find_by_identifier("111", "010101198504123013")
    assert person is not None
    assert person.phone is not None
    return person.phone


def pinged(
    me: Person, number: str, behave: Behaviour, decision: str = "approve"
) -> tuple[Sink, TestResponse, str]:
    """A whole ping: who was called, the tokens fetched afterwards, the token it carried."""
    token = "t" * 1024
    with sink(behave) as at:
        bank = client(backchannel_token_delivery_mode="ping", backchannel_client_notification_endpoint=at.uri)
        asked = begin(me, bank, number, client_notification_token=token)
        decide(me, open_request(me), decision)
        jobs.ping_due()
        jobs.ping_due()
    assert json.loads(at.bodies[0]) == {"auth_req_id": asked["auth_req_id"]}
    assert at.headers[0]["Authorization"] == f"Bearer {token}"
    return at, poll(me, bank, asked["auth_req_id"]), token


def test_fapi_ciba_id1_ping_with_response_has_body(me: Person, number: str) -> None:
    """A11 ping-…-response-has-body: the body is ignored."""
    at, tokens, _ = pinged(me, number, document(b"not json at all", "text/plain"))
    assert (len(at.requests), tokens.status_code) == (1, 200)


@pytest.mark.parametrize("status", [401, 403])
def test_fapi_ciba_id1_ping_with_return_401_and_require_server_does_not_retry(
    me: Person, number: str, time_travel: MovableClock, status: int
) -> None:
    """A11 ping-…-401, -403, -401-and-require-server-does-not-retry: carry on, and do not call again."""
    at, tokens, _ = pinged(me, number, answers(status))
    time_travel.advance(60)
    jobs.ping_due()
    assert (len(at.requests), tokens.status_code) == (1, 200)


def test_fapi_ciba_id1_ping_with_return_redirect_request(me: Person, number: str) -> None:
    """A11 ping-…-return-redirect-request: a 301 is not followed."""
    with sink() as other:
        at, tokens, _ = pinged(me, number, answers(301, ("Location", other.uri)))
        assert (len(at.requests), len(other.requests), tokens.status_code) == (1, 0, 200)


def test_fapi_ciba_id1_ping_user_rejects_authentication(me: Person, number: str) -> None:
    """A11 user-rejects-authentication, ping: called, then access_denied."""
    at, tokens, _ = pinged(me, number, answers(204), "deny")
    assert len(at.requests) == 1
    assert error(tokens) == (400, "access_denied")
