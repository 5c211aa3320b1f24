"""Several processes share one registry: what one of them registers, all of them know."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlencode

import pytest

from tests import postgres, race, serving
from tests.registrants import PLAIN, POLICY
from tests.serving import Served
from tests.wire import Answer, Request, exchange


@pytest.fixture(scope="module")
def served(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of four processes, an initial access token for everybody, and one for three."""
    with ExitStack() as held:
        chosen = {}
        if database == "postgresql":
            # Its own: keys are not made for a database that holds people of other tests.
            chosen["database_url"] = held.enter_context(postgres.database("registry"))
        yield held.enter_context(
            serving.running(
                tmp_path_factory.mktemp("registry"), [], policies=[POLICY, POLICY | {"uses": 3}],
                processes=4, registration_requests=1000, **chosen,
            )
        )  # fmt: skip


def register(served: Served, token: str) -> Request:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = json.dumps(PLAIN).encode()
    return Request(method="POST", url=f"{served.issuer}/register", headers=headers, body=body)


def told(answer: Answer) -> dict[str, Any]:
    assert answer.status == 201, answer.body
    return dict(json.loads(answer.body))


def test_a_client_is_known_at_every_process_as_soon_as_it_is_registered(served: Served) -> None:
    for _ in range(5):
        own = told(exchange(register(served, served.initial_tokens[0])))
        asked = {
            "client_id": own["client_id"], "redirect_uri": PLAIN["redirect_uris"][0], "scope": "openid",
            "response_type": "code", "code_challenge": "a" * 43, "code_challenge_method": "S256",
        }  # fmt: skip
        requests = [Request(url=f"{served.issuer}/authorize?{urlencode(asked)}")] * 16
        assert {exchange(request).status for request in requests} == {303}


def test_of_many_at_all_processes_at_once_an_initial_token_serves_as_many_as_it_says(served: Served) -> None:
    answers = race.fire([register(served, served.initial_tokens[1])] * 24)
    assert sorted(answer.status for answer in answers) == [201] * 3 + [401] * 21


def test_of_many_changes_at_all_processes_at_once_one_is_made(served: Served) -> None:
    own = told(exchange(register(served, served.initial_tokens[0])))
    headers = {
        "Authorization": f"Bearer {own['registration_access_token']}", "Content-Type": "application/json"
    }  # fmt: skip
    body = json.dumps(PLAIN | {"client_id": own["client_id"], "client_name": "Changed"}).encode()
    change = Request(method="PUT", url=own["registration_client_uri"], headers=headers, body=body)
    answers = race.fire([change] * 16)
    assert sorted(answer.status for answer in answers) == [200] + [401] * 15
    (won,) = (json.loads(answer.body) for answer in answers if answer.status == 200)
    fresh = {"Authorization": f"Bearer {won['registration_access_token']}"}
    assert exchange(Request(url=own["registration_client_uri"], headers=fresh)).status == 200


def test_a_deletion_answers_204_without_content(served: Served) -> None:
    own = told(exchange(register(served, served.initial_tokens[0])))
    headers = {"Authorization": f"Bearer {own['registration_access_token']}"}
    answer = exchange(Request(method="DELETE", url=own["registration_client_uri"], headers=headers))
    assert (answer.status, answer.body, answer.header("content-length")) == (204, b"", "")
    assert exchange(Request(url=own["registration_client_uri"], headers=headers)).status == 401
