"""The local spool: events lie in a file of this process before the answer leaves (decision 0013).

One ``write`` an event, appended; the page cache outlives the process, so a killed worker, a dead database
or a flushed Redis loses none. (A power failure may lose what the kernel had not yet written; an fsync an
event would cost a thousand times the rest.) A writer holds a lock on its file as long as it lives: whoever
can take the lock knows that the file is complete.
"""

import fcntl
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from idp import settings
from idp.base.errors import Unavailable
from idp.base.secret import random_token
from idp.store import disk

#: A file is closed at this size, and its successor opened.
FILE_LIMIT = 16 * 1024 * 1024
#: With so much waiting, the server refuses instead of filling the disk (fail closed).
TOTAL_LIMIT = 1024 * 1024 * 1024

_SUFFIX = ".events"
#: The last member of a canonical line.
_TIME = re.compile(rb'"time":(\d{1,18})}\s*$')


class Writer:
    """The spool file of this process in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._fd = -1
        self._room = 0

    def append(self, line: bytes) -> None:
        """Put one line at the end of the file; raises ``Unavailable`` when it is not wholly there."""
        with self._lock:
            try:
                self._append(line + b"\n")
            except OSError as error:
                # The file may end in half a line now; nothing may follow it.
                self._close()
                raise Unavailable("audit spool") from error

    def _append(self, line: bytes) -> None:
        if self._room < len(line):
            self._close()
            self._open()
        if os.write(self._fd, line) != len(line):
            raise OSError("short write")
        self._room -= len(line)

    def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if size(self.folder) >= TOTAL_LIMIT:
            raise OSError("the spool is full")
        name = f"{time.time_ns():020d}-{os.getpid()}-{random_token(6)}"
        path = self.folder / f".{name}"
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        # Locked before it has its name: no shipper may find it unlocked and think its writer dead.
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        path.rename(self.folder / (name + _SUFFIX))
        self._room = FILE_LIMIT

    def close(self) -> None:
        """Give the file up; the next event opens another."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        fd, self._fd, self._room = self._fd, -1, 0
        if fd >= 0:
            os.close(fd)

    def forked(self) -> None:
        """Leave the parent's file to the parent; a lock another thread held is not ours to wait for."""
        self._lock = threading.Lock()
        self._close()


_writer: Writer | None = None
_configured: settings.Settings | None = None


def writer() -> Writer:
    """The writer of this process, in the folder the settings name."""
    global _writer, _configured
    conf = settings.current()
    if _writer is None or _configured is not conf:
        close()
        _writer, _configured = Writer(conf.var_dir / "spool"), conf
    return _writer


def append(line: bytes) -> None:
    """Put one line into the spool of this process; raises ``Unavailable`` when that fails."""
    writer().append(line)


def close() -> None:
    """Give this process's file up, at its end."""
    if _writer is not None:
        _writer.close()


def _after_fork() -> None:
    if _writer is not None:
        _writer.forked()


os.register_at_fork(after_in_child=_after_fork)


def files(folder: Path) -> list[Path]:
    """The spool files of a folder, oldest first."""
    return sorted(folder.glob(f"*{_SUFFIX}"))


def size(folder: Path) -> int:
    """Bytes in the spool files of a folder."""
    total = 0
    for path in files(folder):
        with suppress(FileNotFoundError):  # shipped meanwhile
            total += path.stat().st_size
    return total


def oldest() -> int:
    """The microsecond of the oldest event in the spool that is not shipped; 0 when all are."""
    for path in files(writer().folder):
        with suppress(FileNotFoundError), path.open("rb") as file:  # shipped meanwhile
            file.seek(shipped(path))
            if line := file.readline(1 << 17):
                return _time_of(line)
    return 0


def backlog() -> int:
    """Bytes in the spool of this machine that are not in SQL yet."""
    folder = writer().folder
    return size(folder) - sum(shipped(path) for path in files(folder))


def shipped(path: Path) -> int:
    """How many bytes of a spool file are in SQL."""
    try:
        return int(offset_path(path).read_bytes())
    except (FileNotFoundError, ValueError):
        return 0


def offset_path(path: Path) -> Path:
    """Where that is kept."""
    return path.with_suffix(".offset")


def _time_of(line: bytes) -> int:
    """The moment of a line; of a broken one, none: it goes to quarantine, and counts for nothing here."""
    found = _TIME.search(line)
    return int(found[1]) if found else 0


def has_room() -> bool:
    """Whether the next event could be written: its disk takes data, and the worker keeps up."""
    folder = writer().folder
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return size(folder) < TOTAL_LIMIT and disk.takes_data(folder)
    except OSError:
        return False


def finished(path: Path) -> bool:
    """Whether nobody will write to a file again: its writer has ended or gone on to another."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def alone(folder: Path, name: str) -> Iterator[bool]:
    """Whether this is the only process of the machine that does ``name`` now."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
