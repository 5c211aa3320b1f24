"""The very first start: every key made at once, or none.

The marker is written as ``first-start.json`` before the keys and gets its real name after them. So an
interrupted first start is told apart from a lost marker: the former begins again, the latter stops.
"""

from pathlib import Path

from idp.base import clock
from idp.keyring import files, marker, material
from idp.keyring.files import BrokenKeyring
from idp.keyring.marker import Entry

_UNFINISHED = "first-start.json"
#: What a fresh checkout brings along.
_FURNITURE = frozenset({"README.md", ".gitignore", files.LOCK})


def make(folder: Path) -> None:
    """Make the keys of a new server; another process that comes at the same moment finds them made."""
    files.tighten(folder)
    files.check_folder(folder)
    with files.locked(folder):
        if (folder / marker.NAME).exists():
            return
        if (folder / _UNFINISHED).exists():
            _clear(folder)
        _refuse_leftovers(folder)
        _fill(folder)


def _fill(folder: Path) -> None:
    now = clock.now()
    entries, texts = [], []
    for kind in material.KINDS:
        text = material.generate(kind)
        kid, _ = material.parse(kind, text)
        entries.append(Entry(kid=kid, kind=kind, created_at=now, active_from=now))
        texts.append(text)
    files.write(folder / _UNFINISHED, marker.dump(entries))
    for entry, text in zip(entries, texts, strict=True):
        files.write(folder / entry.file_name, text)
    files.rename(folder / _UNFINISHED, folder / marker.NAME)


def _clear(folder: Path) -> None:
    """Remove what an interrupted first start left; no such key has ever signed or sealed anything."""
    unfinished = folder / _UNFINISHED
    for entry in marker.parse(unfinished, files.read(unfinished)):
        (folder / entry.file_name).unlink(missing_ok=True)
        (folder / f".{entry.file_name}.new").unlink(missing_ok=True)
    unfinished.unlink()


def _refuse_leftovers(folder: Path) -> None:
    strange = sorted(path.name for path in folder.iterdir() if path.name not in _FURNITURE)
    unwritten = f".{_UNFINISHED}.new"
    if strange == [unwritten]:
        (folder / unwritten).unlink()
    elif strange:
        raise BrokenKeyring(
            folder / marker.NAME, f"is missing while {strange[0]} is there; restore it, new keys are not made"
        )
