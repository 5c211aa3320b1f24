"""Attack book, L06: a registered client manages itself, by its own token alone."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

import clients
from clients.registration.service import tokens
from tests.actors import Person, Portal
from tests.conftest import MovableClock
from tests.records import nothing_changed, one_event
from tests.registrants import Own, Registrant

MANY = 16


def test_l06_a_token_manages_its_own_client_only(own: Own, other: Own) -> None:
    for method, body in (("GET", None), ("PUT", own.metadata), ("PUT", other.metadata), ("DELETE", None)):
        with one_event("client.register_refused"), nothing_changed():
            assert own.by.send(method, other.path, body, token=own.token).status_code == 401
    assert own.get().status_code == other.get().status_code == 200


def test_l06_an_initial_token_manages_nothing_and_a_management_token_registers_nothing(own: Own) -> None:
    with nothing_changed():
        assert own.get(token=own.by.token).status_code == 401
        assert own.by.post(token=own.token).status_code == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_l06_a_token_in_the_address_or_the_body_is_not_looked_at(own: Own, method: str) -> None:
    for path, body in (
        (f"{own.path}?access_token={own.token}", own.metadata),
        (f"{own.path}?registration_access_token={own.token}", own.metadata),
        (own.path, own.metadata | {"access_token": own.token}),
    ):
        with nothing_changed():
            assert own.by.send(method, path, body, token="").status_code == 401


def test_l06_l19_an_access_token_of_the_server_is_no_registration_token(own: Own, me: Person) -> None:
    client = clients.find(own.id)
    assert client
    tokens = me.tokens(Portal(client=client, secret=own.told["client_secret"]))
    for token in tokens["access_token"], tokens["id_token"]:
        assert own.get(token=token).status_code == 401


def test_l06_a_replaced_token_is_dead_and_its_return_closes_the_management(
    own: Own, time_travel: MovableClock
) -> None:
    stolen = own.token
    assert own.put(client_name="Changed by one of two").status_code == 200
    time_travel.advance(tokens.RETRY + 1)
    with one_event("client.token_reuse"):
        assert own.get(token=stolen).status_code == 401
    assert own.get().status_code == 401, "nobody can say which of the two is the thief"
    client = clients.find(own.id)
    assert client
    assert client.enabled, "whoever finds an old token cannot stop a portal"
    with nothing_changed():
        assert own.get(token=stolen).status_code == 401
    own.told["registration_access_token"] = tokens.renew(own.id, operator="tester").reveal()
    assert own.put(client_name="Looked at").status_code == 200


def test_l06_r27_a_change_sent_twice_is_made_once_and_closes_nothing(own: Own) -> None:
    before, body = own.token, own.metadata | {"client_name": "Twice"}
    first = own.by.send("PUT", own.path, body, token=before)
    second = own.by.send("PUT", own.path, body, token=before)
    assert (first.status_code, second.status_code) == (200, 401)
    own.told = dict(first.json or {})
    assert own.get().status_code == 200


def test_l06_l23_of_many_changes_at_once_by_one_token_one_is_made(app: Flask, own: Own) -> None:
    meeting = Barrier(MANY)

    def change(number: int) -> tuple[int, Any]:
        program = Registrant(app)
        body = own.metadata | {"client_name": f"Name {number}"}
        meeting.wait()
        answer = program.send("PUT", own.path, body, token=own.token)
        return answer.status_code, answer.json

    with ThreadPoolExecutor(MANY) as pool:
        answers = list(pool.map(change, range(MANY)))
    assert sorted(status for status, _ in answers) == [200] + [401] * (MANY - 1)
    (won,) = (told for status, told in answers if status == 200)
    client = clients.find(own.id)
    assert client
    assert client.name == won["client_name"]
    assert own.get(token=won["registration_access_token"]).status_code == 200


def test_l06_a_change_and_a_deletion_at_once_leave_one_of_them(app: Flask, own: Own) -> None:
    meeting = Barrier(2)

    def act(method: str) -> int:
        program = Registrant(app)
        body = own.metadata if method == "PUT" else None
        meeting.wait()
        return program.send(method, own.path, body, token=own.token).status_code

    with ThreadPoolExecutor(2) as pool:
        changed, deleted = pool.map(act, ("PUT", "DELETE"))
    assert (changed, deleted) in ((200, 401), (401, 204))
    assert (clients.find(own.id) is None) == (deleted == 204)
