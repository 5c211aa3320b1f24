"""The keys of this process: read once, looked at again each second, exchanged only for a sound new state."""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from idp.base import clock
from idp.keyring import files, marker, material
from idp.keyring.files import BrokenKeyring
from idp.keyring.marker import Entry
from idp.keyring.material import Material
from idp.keyring.moment import Moment
from idp.settings import current as settings

log = logging.getLogger(__name__)

#: Nodes' clocks may differ so far; an old key verifies that much longer.
_SKEW = 60
_RETRY = 10
#: Who has not looked for longer than so many seconds does not go on with what it knows while another looks:
#: a key may have been retired meanwhile, and what is written under it would be lost.
_ASLEEP = 5

#: (name, time of the last change of content or rights, inode) of the marker and of each key file.
_Look = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A sound state of the folder: what the marker says and the keys themselves."""

    entries: tuple[Entry, ...]
    material: dict[str, Material]
    look: _Look


def keep_seconds() -> int:
    """How long a superseded signing key goes on verifying."""
    return settings().longest_token_lifetime + _SKEW


class Keyring:
    """The keys in one folder; ``now()`` gives those that hold at this moment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.broken = ""
        self._loaded = load(folder)
        self._turn = threading.Lock()
        self._look_at = 0
        self._moment = self._make_moment(clock.now())

    def now(self) -> Moment:
        """The keys that hold now; at most one second behind what lies in the folder."""
        now = clock.now()
        if now >= self._look_at or now < self._moment.since:
            self._look_again(now)
        if not self._moment.since <= now < self._moment.until:
            self._moment = self._make_moment(now)
        return self._moment

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of the state in use."""
        return self._loaded.entries

    def refresh(self) -> None:
        """Look at the folder at the next use; a broken one is left to its slower turn."""
        if not self.broken:
            self._look_at = min(self._look_at, clock.now())

    def _look_again(self, now: int) -> None:
        if not self._turn.acquire(blocking=now > self._look_at + _ASLEEP):
            return
        try:
            if self._moment.since <= now < self._look_at:
                return  # somebody has looked while we waited
            if _look(self.folder, self._loaded.entries) != self._loaded.look:
                self._loaded = load(self.folder)
                self._moment = self._make_moment(now)
                log.info("keyring.reloaded")
            self.broken = ""
            self._look_at = now + 1
        except BrokenKeyring as error:
            # The old keys are good: portals and tokens depend on them. Somebody must come and see, though.
            self.broken = str(error)
            self._look_at = now + _RETRY
            log.critical("keyring.broken: the keys in memory stay in use; %s", error)
        finally:
            self._turn.release()

    def _make_moment(self, now: int) -> Moment:
        return Moment(self._loaded.entries, self._loaded.material, now, keep_seconds())


def load(folder: Path) -> Loaded:
    """Read and prove every key the marker names; raises ``BrokenKeyring`` with the path."""
    while True:
        text = files.read(folder / marker.NAME)
        try:
            return _load(folder, text)
        except BrokenKeyring:
            # A rotation may have removed a key that had left; then the marker is another one by now.
            if files.read(folder / marker.NAME) == text:
                raise


def _load(folder: Path, text: bytes) -> Loaded:
    files.check_folder(folder)
    entries = marker.parse(folder / marker.NAME, text)
    look = _look(folder, entries)
    found = {entry.kid: _key(folder, entry) for entry in entries if entry.retired_at is None}
    return Loaded(entries=entries, material=found, look=look)


def _key(folder: Path, entry: Entry) -> Material:
    path = folder / entry.file_name
    data = files.read(path)
    try:
        kid, key = material.parse(entry.kind, data)
    except (ValueError, TypeError) as error:
        raise BrokenKeyring(path, f"holds no sound {entry.kind} key ({type(error).__name__})") from None
    if kid != entry.kid:
        raise BrokenKeyring(path, "holds another key than its name says")
    return key


def _look(folder: Path, entries: tuple[Entry, ...]) -> _Look:
    names = [marker.NAME, *(entry.file_name for entry in entries if entry.retired_at is None)]
    seen = []
    for name in names:
        try:
            status = (folder / name).lstat()
        except OSError:
            seen.append((name, 0, 0))  # loading tells whether it should be there
        else:
            seen.append((name, status.st_ctime_ns, status.st_ino))
    return tuple(seen)
