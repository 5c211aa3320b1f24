"""What the benchmark repeats works: a number is only made from right answers."""

import json
from collections.abc import Iterator

import pytest
from joserfc.errors import BadSignatureError

from tests import serving
from tests.bench import fapi, load, operations, ours
from tests.bench.operations import OPERATIONS, Operation
from tests.bench.user import Target, User, Wrong
from tests.wire import Answer, exchange


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A server with one person."""
    key, folder = fapi.new_key(), tmp_path_factory.mktemp("bench")
    with serving.running(folder, ours.portals(key), processes=1, dpop_demands_nonce="true") as served:
        yield ours.target(served, "test", key)


@pytest.fixture(scope="module")
def user(target: Target) -> User:
    """The person, logged in."""
    user = User(target=target, fill=target.accounts[0])
    load.once([user], operations.discovery, operations.jwks, operations.login, operations.reentry)
    return user


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_operation_is_answered_rightly(operation: Operation, user: User) -> None:
    if operation.before:
        load.once([user], operation.before)
    assert len(load.drive([user], operation.run, flows=3)) == 3


def test_a_wrong_answer_ends_the_run(user: User) -> None:
    flow = operations.userinfo(user)
    next(flow)
    with pytest.raises(Wrong, match="another person"):
        flow.send(Answer(status=200, headers=(), body=b'{"sub":"somebody else"}'))


def test_an_id_token_with_a_broken_signature_ends_the_run(user: User) -> None:
    load.once([user], operations.reentry)
    flow = operations.refresh(user)
    tokens = json.loads(exchange(next(flow)).body)
    tokens["id_token"] = tokens["id_token"][:-10] + "A" * 10
    with pytest.raises(BadSignatureError):
        flow.send(Answer(status=200, headers=(), body=json.dumps(tokens).encode()))
