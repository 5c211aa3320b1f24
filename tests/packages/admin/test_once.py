"""``Idempotency-Key``: whose answer is repeated, when it is not, and what an error leaves behind."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client as Browser

from idp import staff
from idp.base.errors import Unavailable
from idp.divisions import NATION
from idp.staff import service
from tests.programs import Program, program
from tests.records import events

pytestmark = pytest.mark.usefixtures("stores")

KEY = {"Idempotency-Key": "order-4711"}
BODY = {"login_name": "newcomer", "name": "新人", "division": NATION}


@pytest.fixture
def caller(app: Flask) -> Program:
    return program(app, "admin:staff:write")


def test_the_answer_of_one_program_is_no_other_s(app: Flask, caller: Program) -> None:
    """It holds a link that makes its bearer a member of staff."""
    link = (caller.call("POST", "/staff", BODY, **KEY).json or {})["link"]
    other = program(app, "admin:staff:write", "admin:staff:read").call("POST", "/staff", BODY, **KEY)
    assert (other.status_code, (other.json or {})["code"]) == (409, "staff.taken")
    assert "Idempotent-Replayed" not in other.headers
    assert link not in other.text


def test_a_request_that_is_still_carried_out_is_not_begun_again(
    app: Flask, caller: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, meanwhile = service.create, []

    def slow(**asked: Any) -> Any:
        if not meanwhile:
            same = Program(http=Browser(app), client=caller.client, token=caller.token)
            meanwhile.append(same)
            for body in (BODY, BODY | {"name": "别人"}):
                answer = same.call("POST", "/staff", body, **KEY)
                meanwhile.append((answer.status_code, (answer.json or {})["code"]))
        return real(**asked)

    monkeypatch.setattr(service, "create", slow)
    assert caller.call("POST", "/staff", BODY, **KEY).status_code == 201
    assert meanwhile[1:] == [(409, "idempotency.pending"), (422, "idempotency.reused")]
    assert len(events("staff.create")) == 1


def test_what_failed_on_our_side_may_be_sent_again(caller: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(**_: Any) -> Any:
        raise Unavailable("database")

    with monkeypatch.context() as patch:
        patch.setattr(service, "create", away)
        assert caller.call("POST", "/staff", BODY, **KEY).status_code == 503
    assert staff.find_by_name("newcomer") is None
    again = caller.call("POST", "/staff", BODY, **KEY)
    assert (again.status_code, "Idempotent-Replayed" in again.headers) == (201, False)
    assert staff.find_by_name("newcomer") is not None
