"""Key files on disk: who may own them, how they are read, how they are written whole or not at all.

Everything odd is refused with the path in the message; a warning would be read by nobody.
"""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = ".lock"
_LIMIT = 64 * 1024


class BrokenKeyring(Exception):
    """The keys cannot be trusted as they lie there; names the path."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why


def check_folder(folder: Path) -> None:
    """A real folder of ours that nobody else may enter, in a place where nobody else may swap it."""
    status = _lstat(folder)
    if not stat.S_ISDIR(status.st_mode):
        raise BrokenKeyring(folder, "is not a folder (a symbolic link is not one)")
    _check_owner(folder, status)
    if status.st_mode & 0o077:
        raise BrokenKeyring(folder, f"has mode {stat.S_IMODE(status.st_mode):04o}, must be 0700")
    parent = folder.resolve().parent
    mode = parent.stat().st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise BrokenKeyring(parent, "is writable by everybody, so the key folder could be swapped")


def tighten(folder: Path) -> None:
    """Make the folder, or close an empty one to others, before the first key is put there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = _lstat(folder)
    if stat.S_ISDIR(status.st_mode) and not status.st_mode & 0o022:
        folder.chmod(0o700)


def read(path: Path) -> bytes:
    """The bytes of a regular file, ours, readable by us alone."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise BrokenKeyring(path, "is missing") from None
    except OSError as error:
        raise BrokenKeyring(path, f"cannot be opened: {error.strerror}") from None
    try:
        _check_file(path, os.fstat(handle))
        return os.read(handle, _LIMIT)
    finally:
        os.close(handle)


def write(path: Path, data: bytes) -> None:
    """A new file appears whole or not at all: temporary name, fsync, rename, fsync of the folder."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    rename(temporary, path)


def rename(source: Path, target: Path) -> None:
    """Rename and make the folder remember it."""
    source.replace(target)
    handle = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One writer at a time; a process that dies gives the lock back (flock(2))."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _lstat(path: Path) -> os.stat_result:
    try:
        return path.lstat()
    except FileNotFoundError:
        raise BrokenKeyring(path, "is missing") from None
    except OSError as error:
        raise BrokenKeyring(path, f"cannot be opened: {error.strerror}") from None


def _check_file(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise BrokenKeyring(path, "is not a regular file")
    _check_owner(path, status)
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077 or not mode & 0o400:
        raise BrokenKeyring(path, f"has mode {mode:04o}, must be 0600")


def _check_owner(path: Path, status: os.stat_result) -> None:
    if status.st_uid not in (0, os.geteuid()):
        raise BrokenKeyring(path, f"belongs to user {status.st_uid}, not to us")
