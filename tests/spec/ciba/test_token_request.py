"""CIBA Core 1.0 §10.1, §11: the portal fetches the result."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from tests.actors import ISSUER, Person, Portal, decode
from tests.approving import (
    CIBA,
    approve_call,
    call,
    decide,
    error,
    hidden,
    hotline,
    open_request,
    send,
)
from tests.conftest import MovableClock
from tests.records import events, nothing_changed

pytestmark = pytest.mark.usefixtures("stores")


def test_section_10_1_1_success_is_a_token_response_with_an_id_token(
    me: Person, number: str, line: Portal
) -> None:
    """CIBA Core §10.1.1: as OIDC Core §3.1.3.3, with no-store."""
    request = call(me, line, login_hint=number)
    approve_call(me)
    answer = request.poll()
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    body = answer.json or {}
    claims = decode(body["id_token"])
    assert (claims["iss"], claims["aud"], claims["amr"]) == (ISSUER, "hotline", ["pwd"])
    assert "urn:openid:params:jwt:claim:auth_req_id" not in claims, "that is for push"
    bearer = {"Authorization": f"Bearer {body['access_token']}"}
    assert (me.get("/userinfo", headers=bearer).json or {})["sub"] == claims["sub"]


def test_section_10_1_the_request_id_is_required(me: Person, line: Portal) -> None:
    """CIBA Core §10.1: auth_req_id is REQUIRED."""
    assert error(send(me, "/token", line, {"grant_type": CIBA})) == (400, "invalid_request")


def test_section_10_1_the_client_must_authenticate(me: Person, number: str, line: Portal) -> None:
    """CIBA Core §10.1: the client MUST authenticate as at every endpoint."""
    request = call(me, line, login_hint=number)
    form = {"grant_type": CIBA, "auth_req_id": request.answer["auth_req_id"], "client_id": "hotline"}
    assert error(me.post("/token", form)) == (401, "invalid_client")


def test_section_11_until_the_person_decides_the_request_is_pending(
    me: Person, number: str, line: Portal
) -> None:
    """CIBA Core §11: authorization_pending."""
    assert error(call(me, line, login_hint=number).poll()) == (400, "authorization_pending")


def test_section_11_who_polls_too_fast_is_told_to_slow_down(
    me: Person, number: str, line: Portal, time_travel: MovableClock
) -> None:
    """CIBA Core §11: slow_down; the interval MUST be increased by at least 5 seconds."""
    request = call(me, line, login_hint=number)
    request.poll()
    assert error(request.poll()) == (400, "slow_down")
    time_travel.advance(9)
    assert error(request.poll()) == (400, "slow_down")
    time_travel.advance(15)
    assert error(request.poll()) == (400, "authorization_pending")


def test_section_11_the_end_of_the_request_is_told(
    me: Person, number: str, line: Portal, time_travel: MovableClock
) -> None:
    """CIBA Core §11: expired_token."""
    request = call(me, line, login_hint=number, requested_expiry="10")
    time_travel.advance(10)
    assert error(request.poll()) == (400, "expired_token")


def test_section_11_a_refusal_is_told(me: Person, number: str, line: Portal) -> None:
    """CIBA Core §11: access_denied."""
    request = call(me, line, login_hint=number)
    assert 'data-decided="denied"' in decide(me, open_request(me), "deny").text
    assert error(request.poll()) == (400, "access_denied")


def test_section_11_a_refusal_of_the_data_is_a_refusal(me: Person, number: str, line: Portal) -> None:
    """CIBA Core §11: access_denied, when the user does not authorize."""
    request = call(me, line, login_hint=number)
    path = open_request(me)
    page = me.get(path)
    asked = me.post(path, {**hidden(page), "decision": "approve"}).location
    assert "/consent/" in asked
    assert 'data-decided="denied"' in me.get(me.get(me.agree(asked, "deny").location).location).text
    assert error(request.poll()) == (400, "access_denied")


def test_section_10_1_an_id_serves_once(me: Person, number: str, line: Portal) -> None:
    """CIBA Core §10.1: once redeemed, the auth_req_id is spent: invalid_grant."""
    request = call(me, line, login_hint=number)
    approve_call(me)
    assert request.poll().status_code == 200
    assert error(request.poll()) == (400, "invalid_grant")


def test_of_32_parallel_token_requests_one_gets_the_tokens(
    app: Flask, me: Person, number: str, line: Portal
) -> None:
    """CIBA Core §10.1: once means once, also when polls meet."""
    request = call(me, line, login_hint=number)
    approve_call(me)

    def poll(_: int) -> int:
        form = {"grant_type": CIBA, "auth_req_id": request.answer["auth_req_id"]}
        return send(Person(app), "/token", line, form).status_code

    with ThreadPoolExecutor(16) as pool:
        statuses = sorted(pool.map(poll, range(32)))
    assert statuses == [200] + [400] * 31
    assert len(events("token.issue")) == 1


def test_section_11_another_clients_id_is_refused_and_stays_good(
    me: Person, number: str, line: Portal
) -> None:
    """CIBA Core §11: invalid_grant, when the auth_req_id was issued to another client."""
    request = call(me, line, login_hint=number)
    other = hotline("other")
    with nothing_changed():
        assert error(request.poll(other)) == (400, "invalid_grant")
    approve_call(me)
    assert request.poll().status_code == 200


def test_section_11_an_id_nobody_gave_is_refused(me: Person, line: Portal) -> None:
    """CIBA Core §11: invalid_grant."""
    form = {"grant_type": CIBA, "auth_req_id": "x" * 43}
    assert error(send(me, "/token", line, form)) == (400, "invalid_grant")
