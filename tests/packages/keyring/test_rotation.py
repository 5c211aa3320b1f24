"""A successor is published before it signs, the old key verifies until its last token is over."""

import logging
import threading
from pathlib import Path

import orjson
import pytest

from idp import keyring
from idp.base import clock
from idp.base.errors import Rejected
from idp.keyring import Keyring, files, jws, marker, ring, service
from idp.keyring.ring import load
from idp.keyring.sealing import key_id
from tests import keys
from tests.conftest import MovableClock
from tests.keys import LEAD, LIFETIME

KEPT = LIFETIME + 60


def rotate(kind: str = "ES256") -> str:
    return service.rotate(kind, operator="tester", record=keys.Record()).kid


def retire(kid: str) -> None:
    service.retire(kid, operator="tester", record=keys.Record())


def published() -> set[str]:
    return {key["kid"] for key in orjson.loads(keyring.jwks())["keys"]}


def signer(token: str) -> str:
    return str(orjson.loads(jws._decode(token.split(".")[0]))["kid"])


@pytest.mark.parametrize("alg", keyring.algorithms())
def test_the_life_of_two_keys(folder: Path, time_travel: MovableClock, alg: str) -> None:
    old = keyring.active()[alg]
    new = rotate(alg)
    assert {old, new} <= published()
    assert signer(keyring.sign({}, alg=alg)) == old

    time_travel.advance(LEAD - 5)
    last = keyring.sign({}, alg=alg)
    assert signer(last) == old

    time_travel.advance(5)
    assert signer(keyring.sign({}, alg=alg)) == new
    assert keyring.verify(last, typ="JWT") == {}

    time_travel.advance(KEPT - 5)
    assert keyring.verify(last, typ="JWT") == {}
    assert old in published()

    time_travel.advance(5)
    assert old not in published()
    with pytest.raises(Rejected):
        keyring.verify(last, typ="JWT")


def test_the_other_algorithm_keeps_its_key(folder: Path, time_travel: MovableClock) -> None:
    before = keyring.active()["RS256"]
    rotate("ES256")
    time_travel.advance(LEAD)
    assert keyring.active()["RS256"] == before


def test_the_signing_key_is_published_first(folder: Path) -> None:
    rotate()
    assert orjson.loads(keyring.jwks())["keys"][0]["kid"] == keyring.active()["ES256"]


def test_only_one_successor_waits_at_a_time(folder: Path) -> None:
    rotate()
    before = (folder / marker.NAME).read_bytes()
    with pytest.raises(Rejected, match=r"key\.pending"):
        rotate()
    assert (folder / marker.NAME).read_bytes() == before


@pytest.mark.parametrize("kind", ["pairwise", "web", "MD5"])
def test_what_would_break_every_portal_does_not_rotate(folder: Path, kind: str) -> None:
    with pytest.raises(Rejected, match=r"key\.kind"):
        rotate(kind)


def test_a_key_that_has_left_is_removed_at_the_next_rotation(folder: Path, time_travel: MovableClock) -> None:
    gone = keys.file_of(folder, "ES256")
    rotate()
    time_travel.advance(LEAD + KEPT)
    assert gone.exists()
    rotate()
    assert not gone.exists()
    assert keyring.verify(keyring.sign({"a": 1}), typ="JWT") == {"a": 1}


def test_who_reads_while_a_key_is_removed_reads_again(
    folder: Path, time_travel: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotate()
    time_travel.advance(LEAD + KEPT)
    texts = [(folder / marker.NAME).read_bytes()]
    rotate()
    read = files.read
    monkeypatch.setattr(
        files, "read", lambda path: texts.pop() if texts and path.name == marker.NAME else read(path)
    )
    assert load(folder).entries == marker.read(folder)


def test_another_process_signs_with_the_successor_at_the_same_second(
    folder: Path, time_travel: MovableClock
) -> None:
    other = Keyring(folder)
    new = rotate()
    time_travel.advance(LEAD)
    assert other.now().signers["ES256"].kid == new == keyring.active()["ES256"]


def test_another_process_notices_a_change_within_a_second(folder: Path, time_travel: MovableClock) -> None:
    other = Keyring(folder)
    other.now()
    new = rotate()
    time_travel.advance(1)
    assert new in other.now().verifiers


@pytest.mark.parametrize(("asleep", "waits"), [(1, False), (6, True)])
def test_who_has_slept_waits_while_another_thread_reads_the_keys(
    folder: Path, time_travel: MovableClock, monkeypatch: pytest.MonkeyPatch, asleep: int, waits: bool
) -> None:
    """What is written under a key that was retired during the sleep would be lost."""
    other = Keyring(folder)
    other.now()
    new = rotate("seal")
    reading, go_on = threading.Event(), threading.Event()

    def slowly(path: Path) -> object:
        reading.set()
        assert go_on.wait(10)
        return load(path)

    monkeypatch.setattr(ring, "load", slowly)
    time_travel.advance(LEAD)
    monkeypatch.setattr(other, "_look_at", clock.now() - asleep)
    first = threading.Thread(target=other.now)
    first.start()
    assert reading.wait(10)
    seen: list[str] = []
    second = threading.Thread(target=lambda: seen.append(key_id(other.now().sealer.seal(b"", b""))))
    second.start()
    second.join(0.2)
    assert second.is_alive() == waits
    go_on.set()
    first.join()
    second.join()
    assert (seen == [new]) == waits


def test_another_process_verifies_a_new_signer_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idp.base.clock.now", lambda: 1_800_000_000)
    other = Keyring(folder)
    other.now()
    retire(keyring.active()["ES256"])
    token = keyring.sign({"a": 1})
    keyring.use(other)
    assert keyring.verify(token, typ="JWT") == {"a": 1}


def test_a_retired_key_verifies_nothing_from_now_on(folder: Path) -> None:
    kid, token = keyring.active()["ES256"], keyring.sign({})
    retire(kid)
    with pytest.raises(Rejected):
        keyring.verify(token, typ="JWT")
    assert kid not in published()
    assert not list(folder.glob(f"*{kid}*"))


def test_retiring_the_signer_puts_another_in_its_place_at_once(folder: Path) -> None:
    kid = keyring.active()["ES256"]
    retire(kid)
    token = keyring.sign({})
    assert signer(token) != kid
    assert keyring.verify(token, typ="JWT") == {}


def test_retiring_the_signer_calls_the_waiting_successor_early(folder: Path) -> None:
    kid, new = keyring.active()["ES256"], rotate()
    retire(kid)
    assert keyring.active()["ES256"] == new


def test_retiring_the_waiting_successor_leaves_the_signer(folder: Path, time_travel: MovableClock) -> None:
    kid, new = keyring.active()["ES256"], rotate()
    retire(new)
    time_travel.advance(LEAD)
    assert keyring.active()["ES256"] == kid


@pytest.mark.parametrize("kind", ["seal", "blind-index", "pairwise"])
def test_a_key_that_seals_cannot_be_retired(folder: Path, kind: str) -> None:
    with pytest.raises(Rejected, match=r"key\.kind"):
        retire(keys.entry(folder, kind).kid)


def test_an_unknown_or_retired_key_cannot_be_retired(folder: Path) -> None:
    kid = keyring.active()["ES256"]
    retire(kid)
    for unknown in (kid, "nobody"):
        with pytest.raises(Rejected, match=r"key\.unknown"):
            retire(unknown)


def test_every_change_is_on_record(folder: Path) -> None:
    record = keys.Record()
    entry = service.rotate("ES256", operator="tester", record=record)
    service.retire(entry.kid, operator="tester", record=record)
    detail = {"key_id": entry.kid, "use": "signature", "algorithm": "ES256", "operator": "tester"}
    assert record == [("key.rotate", detail), ("key.retire", detail)]


def test_nothing_changes_that_cannot_be_recorded(folder: Path) -> None:
    def full(kind: str, /, **detail: str | None) -> None:
        raise OSError("disk full")

    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(OSError, match="disk full"):
        service.rotate("ES256", operator="tester", record=full)
    with pytest.raises(OSError, match="disk full"):
        service.retire(keyring.active()["ES256"], operator="tester", record=full)
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}
    assert after == {name: text for name, text in before.items() if name != ".lock"}


def test_a_broken_new_state_keeps_the_old_keys_and_raises_an_alarm(
    folder: Path, time_travel: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    token = keyring.sign({})
    whole = (folder / marker.NAME).read_bytes()
    (folder / marker.NAME).write_bytes(whole[:40])
    time_travel.advance(1)
    with caplog.at_level(logging.CRITICAL):
        assert keyring.verify(token, typ="JWT") == {}
    assert str(folder / marker.NAME) in keyring.broken()
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]

    (folder / marker.NAME).write_bytes(whole)
    time_travel.advance(11)
    assert keyring.broken() == ""


def test_signing_goes_on_while_keys_rotate_and_every_token_verifies(folder: Path) -> None:
    """No lead: each rotation changes the signer under the threads' hands."""
    failures: list[BaseException] = []
    signers: set[str] = set()
    stop = threading.Event()

    def work() -> None:
        try:
            while not stop.is_set():
                token = keyring.sign({"a": 1})
                signers.add(signer(token))
                assert keyring.verify(token, typ="JWT") == {"a": 1}
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    with keys.in_use(folder.parent / "busy", lead=0):
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(10):
            rotate()
            keyring.sign({})
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert len(signers) > 1


def test_two_rotations_at_once_make_one_successor(folder: Path) -> None:
    outcomes: list[str] = []

    def work() -> None:
        try:
            outcomes.append(rotate())
        except Rejected as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("key.pending") == 3
    assert len([one for one in marker.read(folder) if one.kind == "ES256"]) == 2
