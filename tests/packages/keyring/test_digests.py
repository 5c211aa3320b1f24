"""Blind indexes, pairwise subjects and derived secrets, with the published test vectors."""

from pathlib import Path

import pytest

from idp import keyring
from idp.keyring import digests, service
from tests import keys
from tests.conftest import MovableClock
from tests.keys import LEAD

KEY = bytes(range(32))


@pytest.mark.parametrize(
    ("id_type", "number", "expected"),
    [
        ("111", "01010119900307019X", "49288b87d7d8a811b194a2664557f66434d9a143dcb58e862e15514547aaaf36"),
        ("001", "91010101MA000012X0", "cb32940903f18fdceee7a6106e4f54dd86924eafdae303ac8c3154ffab3141d1"),
    ],
)
def test_the_vectors_of_the_blind_index(id_type: str, number: str, expected: str) -> None:
    assert digests.blind_index(KEY, id_type, number).hex() == expected


@pytest.mark.parametrize(
    ("sector", "expected"),
    [
        ("portal.example.gov", "ninKcy91VCD2RVoKs-eq7lyNt3NbHasCPfBOnFbiWj8"),
        ("tax.example.gov", "9scDU8_HWNcO0lG2r9RLuhlio_ODxqHiyQ6u9sgaQ7U"),
    ],
)
def test_the_vectors_of_the_pairwise_subject(sector: str, expected: str) -> None:
    assert digests.pairwise(KEY, sector, "3f0c8f6e-6f1e-4a63-9b0f-1f0d9c8a7b6c") == expected


def test_the_type_is_part_of_the_index(folder: Path) -> None:
    assert keyring.blind_index("111", "A1") != keyring.blind_index("414", "A1")


def test_indexes_of_the_current_key_come_first_and_the_waiting_one_is_known(
    folder: Path, time_travel: MovableClock
) -> None:
    old = keyring.blind_index("111", "A1")
    entry = service.rotate("blind-index", operator="tester", record=keys.Record())
    assert keyring.blind_index("111", "A1") == old
    (first, second) = keyring.blind_indexes("111", "A1")
    assert first[1] == old
    assert second[0] == entry.kid

    time_travel.advance(LEAD)
    assert keyring.blind_index("111", "A1") == second[1]
    assert keyring.blind_indexes("111", "A1") == [second, first]


def test_secrets_of_the_web_face_depend_on_label_and_server(folder: Path, tmp_path: Path) -> None:
    one = keyring.derive("csrf")
    assert len(one) == 32
    assert one == keyring.derive("csrf") != keyring.derive("cookie")
    with keys.configured(tmp_path / "other"):
        keyring.open(tmp_path / "other", create=True)
        assert keyring.derive("csrf") != one
