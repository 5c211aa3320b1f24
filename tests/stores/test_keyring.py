"""What every key holder must do; there is the file holder, an HSM joins by a line in ``HOLDERS``."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import orjson
import pytest

from idp import keyring
from idp.base.errors import Rejected
from idp.keyring import SealBroken, service
from tests import keys
from tests.conftest import MovableClock
from tests.keys import LEAD, LIFETIME

HOLDERS: dict[str, Callable[[Path], AbstractContextManager[Path]]] = {"file": keys.in_use}


@pytest.fixture(params=HOLDERS, autouse=True)
def holder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    with HOLDERS[request.param](tmp_path / "keys") as opened:
        yield opened


@pytest.mark.parametrize("alg", keyring.algorithms())
def test_it_signs_what_it_verifies(alg: str) -> None:
    assert keyring.verify(keyring.sign({"a": 1}, alg=alg), typ="JWT") == {"a": 1}


@pytest.mark.parametrize("alg", keyring.algorithms())
def test_it_publishes_the_key_it_signs_with(alg: str) -> None:
    found = {key["kid"]: key.get("alg") for key in orjson.loads(keyring.jwks())["keys"]}
    assert found[keyring.active()[alg]] == alg


@pytest.mark.parametrize("alg", keyring.algorithms())
def test_it_keeps_its_promise_through_a_rotation(time_travel: MovableClock, alg: str) -> None:
    old = keyring.sign({"a": 1}, alg=alg)
    service.rotate(alg, operator="tester", record=keys.Record())
    for seconds in (LEAD - 1, 1, LIFETIME - 1):
        time_travel.advance(seconds)
        assert keyring.verify(old, typ="JWT") == {"a": 1}
        assert keyring.verify(keyring.sign({"b": 2}, alg=alg), typ="JWT") == {"b": 2}


@pytest.mark.parametrize("alg", keyring.algorithms())
def test_it_forgets_a_retired_key(alg: str) -> None:
    old = keyring.sign({}, alg=alg)
    service.retire(keyring.active()[alg], operator="tester", record=keys.Record())
    with pytest.raises(Rejected):
        keyring.verify(old, typ="JWT")
    assert keyring.verify(keyring.sign({}, alg=alg), typ="JWT") == {}


@pytest.mark.parametrize("kind", ["seal", "token", "blind-index"])
def test_it_finds_and_opens_what_older_keys_made(time_travel: MovableClock, kind: str) -> None:
    box, text, index = keyring.seal(b"v", b"row"), keyring.seal_token(b"t"), keyring.blind_index("111", "X")
    service.rotate(kind, operator="tester", record=keys.Record())
    time_travel.advance(LEAD)
    assert keyring.unseal(box, b"row") == b"v"
    assert keyring.open_token(text) == b"t"
    assert index in dict(keyring.blind_indexes("111", "X")).values()


def test_it_comes_back_the_same_after_a_restart(holder: Path) -> None:
    token, box = keyring.sign({"a": 1}), keyring.seal(b"v", b"row")
    published, subject, web = keyring.jwks(), keyring.pairwise("s", "p"), keyring.derive("x")
    keyring.open(holder, create=True)
    assert keyring.verify(token, typ="JWT") == {"a": 1}
    assert keyring.unseal(box, b"row") == b"v"
    assert (keyring.jwks(), keyring.pairwise("s", "p"), keyring.derive("x")) == (published, subject, web)


def test_it_opens_nothing_for_another_row() -> None:
    with pytest.raises(SealBroken):
        keyring.unseal(keyring.seal(b"v", b"row 1"), b"row 2")
