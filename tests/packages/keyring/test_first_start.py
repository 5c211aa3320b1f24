"""The first start makes every key; no later start makes any."""

import multiprocessing
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp import keyring
from idp.keyring import BrokenKeyring, files, first_start, marker, material
from tests import keys


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "keys"
    with keys.configured(path):
        yield path


def test_the_first_start_makes_one_key_of_each_kind(empty: Path) -> None:
    ring = keyring.open(empty, create=True)
    assert [entry.kind for entry in ring.entries] == list(material.KINDS)


def test_folder_and_files_are_closed_to_others(empty: Path) -> None:
    keyring.open(empty, create=True)
    assert stat.S_IMODE(empty.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in empty.iterdir()} == {0o600}


def test_the_umask_does_not_open_the_files(empty: Path) -> None:
    import os

    before = os.umask(0)
    try:
        keyring.open(empty, create=True)
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in empty.iterdir()} == {0o600}


def test_a_later_start_changes_nothing(empty: Path) -> None:
    keyring.open(empty, create=True)
    before = {path.name: path.read_bytes() for path in empty.iterdir()}
    keyring.open(empty, create=True)
    assert {path.name: path.read_bytes() for path in empty.iterdir()} == before


def test_without_create_an_empty_folder_is_refused_by_its_path(empty: Path) -> None:
    empty.mkdir(mode=0o700)
    with pytest.raises(BrokenKeyring, match=rf"{empty}/keyring\.json: is missing"):
        keyring.open(empty, create=False)
    assert list(empty.iterdir()) == []


def test_the_folder_of_a_fresh_checkout_is_closed_and_filled(empty: Path) -> None:
    empty.mkdir(mode=0o755)
    (empty / "README.md").touch()
    (empty / ".gitignore").touch()
    keyring.open(empty, create=True)
    assert stat.S_IMODE(empty.stat().st_mode) == 0o700


def test_an_empty_folder_others_could_write_to_is_refused(empty: Path) -> None:
    empty.mkdir()
    empty.chmod(0o777)
    with pytest.raises(BrokenKeyring, match="has mode 0777"):
        keyring.open(empty, create=True)


def test_several_first_starts_at_once_agree(empty: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    starts = [spawn.Process(target=first_start.make, args=(empty,)) for _ in range(4)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert [start.exitcode for start in starts] == [0] * 4
    ring = keyring.open(empty, create=False)
    expected = {marker.NAME, files.LOCK, *(entry.file_name for entry in ring.entries)}
    assert {path.name for path in empty.iterdir()} == expected


@pytest.mark.parametrize("written", range(10))
def test_an_interrupted_first_start_begins_again(
    empty: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    def dies(path: Path, data: bytes, *, count: list[int] = [written]) -> None:  # noqa: B006
        if not count[0]:
            path.with_name(f".{path.name}.new").write_bytes(data[:7])
            raise KeyboardInterrupt
        count[0] -= 1
        write(path, data)

    write = files.write
    monkeypatch.setattr(files, "write", dies)
    if written < 1 + len(material.KINDS):
        with pytest.raises(KeyboardInterrupt):
            first_start.make(empty)
    monkeypatch.setattr(files, "write", write)
    ring = keyring.open(empty, create=True)
    expected = {marker.NAME, files.LOCK, *(entry.file_name for entry in ring.entries)}
    assert {path.name for path in empty.iterdir()} == expected


def test_a_lost_marker_is_no_first_start(empty: Path) -> None:
    keyring.open(empty, create=True)
    (empty / marker.NAME).unlink()
    before = sorted(path.name for path in empty.iterdir())
    with pytest.raises(BrokenKeyring, match=r"keyring\.json: is missing while .* is there"):
        keyring.open(empty, create=True)
    assert sorted(path.name for path in empty.iterdir()) == before
