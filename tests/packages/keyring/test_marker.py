"""The marker names what must exist; states follow from times and the clock."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from idp.keyring import BrokenKeyring, marker
from idp.keyring.marker import Entry

KEEP = 100


def entry(kid: str, active_from: int, **changes: int) -> Entry:
    return replace(Entry(kid=kid, kind="ES256", created_at=0, active_from=active_from), **changes)


def states(now: int, *entries: Entry) -> dict[str, str]:
    return {one.entry.kid: one.state for one in marker.standings(entries, now, KEEP)}


@pytest.mark.parametrize(
    ("now", "first", "second"),
    [
        (49, "current", "next"),
        (50, "old", "current"),
        (149, "old", "current"),
        (150, "left", "current"),
        (-9, "current", "next"),
    ],
)
def test_a_key_is_next_then_current_then_old_then_gone(now: int, first: str, second: str) -> None:
    assert states(now, entry("a", 0), entry("b", 50)) == {"a": first, "b": second}


def test_a_retired_key_is_retired_whatever_the_clock_says() -> None:
    assert states(60, entry("a", 0), entry("b", 50, retired_at=55)) == {"a": "current", "b": "retired"}
    assert states(10, entry("a", 0), entry("b", 50, retired_at=55)) == {"a": "current", "b": "retired"}


def test_sealing_keys_never_leave_by_the_clock() -> None:
    old, new = (replace(entry(kid, active), kind="seal") for kid, active in (("a", 0), ("b", 50)))
    assert states(10**9, old, new) == {"a": "old", "b": "current"}


def test_a_marker_reads_back_as_written(folder: Path) -> None:
    entries = marker.read(folder)
    assert marker.parse(folder, marker.dump(entries)) == entries


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b'{"version": 2, "keys": []}',
        b'{"version": 1, "keys": []}',
        b'{"version": 1, "keys": [7]}',
        b'{"version": 1, "keys": [{"kid": "a"}]}',
    ],
)
def test_what_is_no_marker_is_refused(folder: Path, text: bytes) -> None:
    with pytest.raises(BrokenKeyring):
        marker.parse(folder, text)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("kid", "../../etc/passwd"),
        ("kid", 7),
        ("kind", "MD5"),
        ("created_at", "yesterday"),
        ("active_from", None),
        ("retired_at", True),
        ("surplus", 1),
    ],
)
def test_an_odd_entry_is_refused(folder: Path, member: str, value: object) -> None:
    document = orjson.loads((folder / marker.NAME).read_bytes())
    document["keys"][0][member] = value
    with pytest.raises(BrokenKeyring):
        marker.parse(folder, orjson.dumps(document))


def test_a_key_named_twice_is_refused(folder: Path) -> None:
    document = orjson.loads((folder / marker.NAME).read_bytes())
    document["keys"].append(document["keys"][0])
    with pytest.raises(BrokenKeyring, match="twice"):
        marker.parse(folder, orjson.dumps(document))
