"""Boxes open for their row and their key, and for nothing else."""

from pathlib import Path

import pytest

from idp import keyring
from idp.keyring import SealBroken, service
from idp.keyring.sealing import Sealer
from tests import keys
from tests.conftest import MovableClock
from tests.keys import LEAD


def test_a_box_opens_with_its_row(folder: Path) -> None:
    assert keyring.unseal(keyring.seal(b"01010119900307019X", b"row 1"), b"row 1") == b"01010119900307019X"


def test_a_box_of_another_row_does_not_open(folder: Path) -> None:
    with pytest.raises(SealBroken):
        keyring.unseal(keyring.seal(b"value", b"row 1"), b"row 2")


def test_no_changed_or_cut_box_opens(folder: Path) -> None:
    box = keyring.seal(b"value", b"row")
    for n in range(len(box)):
        changed = box[:n] + bytes([box[n] ^ 1]) + box[n + 1 :]
        for bad in (changed, box[:n]):
            with pytest.raises(SealBroken):
                keyring.unseal(bad, b"row")


def test_the_same_value_never_looks_the_same(folder: Path) -> None:
    assert keyring.seal(b"value", b"row") != keyring.seal(b"value", b"row")


def test_the_key_id_stands_in_front(folder: Path) -> None:
    assert keyring.seal(b"", b"")[:8].hex() == keys.entry(folder, "seal").kid


def test_old_boxes_open_after_a_rotation_and_are_known_as_old(
    folder: Path, time_travel: MovableClock
) -> None:
    old = keyring.seal(b"value", b"row")
    service.rotate("seal", operator="tester", record=keys.Record())
    assert keyring.sealed_with_current(keyring.seal(b"value", b"row")) is True
    time_travel.advance(LEAD)
    assert keyring.unseal(old, b"row") == b"value"
    assert keyring.sealed_with_current(old) is False
    new = keyring.seal(b"value", b"row")
    assert new[:8] != old[:8]
    assert keyring.sealed_with_current(new) is True


def test_two_keys_of_the_same_id_space_do_not_open_each_others_boxes() -> None:
    one, other = Sealer("00" * 8, {"00" * 8: b"1" * 32}), Sealer("00" * 8, {"00" * 8: b"2" * 32})
    with pytest.raises(SealBroken):
        other.unseal(one.seal(b"value", b""), b"")


def test_a_sealed_token_opens_and_is_safe_in_a_url(folder: Path) -> None:
    text = keyring.seal_token(bytes(range(256)))
    assert text.replace("-", "").replace("_", "").isalnum()
    assert keyring.open_token(text) == bytes(range(256))


@pytest.mark.parametrize("text", ["", "x", "é", "a" * 43, "====", "a b", "\ud800"])
def test_a_text_that_is_no_sealed_token_gives_nothing(folder: Path, text: str) -> None:
    assert keyring.open_token(text) is None


def test_a_changed_token_gives_nothing(folder: Path) -> None:
    text = keyring.seal_token(b"value")
    assert keyring.open_token(text[:-2] + ("AA" if text[-2:] != "AA" else "BB")) is None


def test_a_column_box_is_no_token(folder: Path) -> None:
    import base64

    box = keyring.seal(b"value", b"")
    assert keyring.open_token(base64.urlsafe_b64encode(box).decode().rstrip("=")) is None
