"""The marker ``keyring.json``: which keys must exist, of which kind, and since when each holds.

A key's state is not stored, it follows from the times and the clock:

    created ──> next ──active_from──> current ──successor's active_from──> old ──+ keep──> left
       (published, does not sign)    (signs)                (verifies only)      (gone from the JWKS)
    any of these ──retire──> retired (verifies nothing, at once)
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import orjson

from idp.keyring import files
from idp.keyring.files import BrokenKeyring
from idp.keyring.material import ENCRYPTION, KINDS, PUBLISHED

NAME = "keyring.json"
_VERSION = 1

State = Literal["next", "current", "old", "left", "retired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One key as the marker names it."""

    kid: str
    kind: str
    created_at: int
    active_from: int
    retired_at: int | None = None

    @property
    def file_name(self) -> str:
        """Where its material lies."""
        return f"{self.kind}.{self.kid}.{'pem' if self.kind in PUBLISHED else 'key'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An entry at one moment; ``leaves_at`` is known once a successor is."""

    entry: Entry
    state: State
    leaves_at: int | None


def read(folder: Path) -> tuple[Entry, ...]:
    """The entries of a folder's marker."""
    return parse(folder / NAME, files.read(folder / NAME))


def parse(path: Path, data: bytes) -> tuple[Entry, ...]:
    """Read a marker strictly: an unknown version, kind or member is refused rather than guessed."""
    try:
        document = orjson.loads(data)
        if document["version"] != _VERSION:
            raise BrokenKeyring(path, f"has unknown version {document['version']!r}")
        entries = tuple(Entry(**row) for row in document["keys"])
    except (ValueError, TypeError, KeyError) as error:
        raise BrokenKeyring(path, f"is not a keyring marker ({type(error).__name__})") from None
    _check(path, entries)
    return entries


def dump(entries: Iterable[Entry]) -> bytes:
    """The marker's text."""
    document = {"version": _VERSION, "keys": [asdict(entry) for entry in entries]}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def standings(entries: Iterable[Entry], now: int, keep: int) -> list[Standing]:
    """Each entry's state at ``now``, kind by kind, oldest first; ``keep`` is how long old signers verify."""
    found: list[Standing] = []
    entries = tuple(entries)
    for kind in KINDS:
        alive = sorted(
            (entry for entry in entries if entry.kind == kind and entry.retired_at is None),
            # Of two of one second the marker's later one is the later (the sort is stable).
            key=lambda entry: (entry.active_from, entry.created_at),
        )
        # A clock that is behind must not leave us without a key: then the first one holds.
        current = max((n for n, entry in enumerate(alive) if entry.active_from <= now), default=0)
        for n, entry in enumerate(alive):
            leaves_at = alive[n + 1].active_from + keep if n + 1 < len(alive) and kind in PUBLISHED else None
            found.append(Standing(entry=entry, state=_state(n, current, leaves_at, now), leaves_at=leaves_at))
        found += [
            Standing(entry=entry, state="retired", leaves_at=entry.retired_at)
            for entry in entries
            if entry.kind == kind and entry.retired_at is not None
        ]
    return found


def _state(n: int, current: int, leaves_at: int | None, now: int) -> State:
    if n >= current:
        return "current" if n == current else "next"
    return "left" if leaves_at is not None and leaves_at <= now else "old"


def _check(path: Path, entries: tuple[Entry, ...]) -> None:
    for entry in entries:
        if entry.kind not in KINDS:
            raise BrokenKeyring(path, f"names a key of unknown kind {entry.kind!r}")
        times = (entry.created_at, entry.active_from, entry.retired_at or 0)
        if not all(type(time) is int for time in times) or not _plain(entry.kid):
            raise BrokenKeyring(path, "holds a malformed entry")
    if len({entry.kid for entry in entries}) != len(entries):
        raise BrokenKeyring(path, "names a key twice")
    for kind in KINDS:
        if kind not in ENCRYPTION and not any(
            entry.kind == kind and entry.retired_at is None for entry in entries
        ):
            raise BrokenKeyring(path, f"names no usable key of kind {kind}")


def _plain(kid: object) -> bool:
    """Whether a kid is safe in a file name (base64url or hexadecimal)."""
    return isinstance(kid, str) and kid.isascii() and kid.replace("-", "").replace("_", "").isalnum()
