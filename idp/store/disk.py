"""Whether a file system still takes data: asked by writing a page of it, every two seconds at most."""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

_PAUSE = 2.0
_PAGE = bytes(4096)

#: Folder → until when the answer is taken for true, and the answer.
_known: dict[Path, tuple[float, bool]] = {}


def takes_data(folder: Path) -> bool:
    """Whether a new file can be made and filled; not so on a full, read-only or foreign file system."""
    moment = time.monotonic()
    until, answer = _known.get(folder, (0.0, False))
    if moment >= until:
        answer = _written(folder / f".probe-{os.getpid()}-{threading.get_ident()}")
        _known[folder] = (moment + _PAUSE, answer)
    return answer


def forget() -> None:
    """Ask again at the next look."""
    _known.clear()


def _written(path: Path) -> bool:
    try:
        path.write_bytes(_PAGE)
        path.unlink()
    except OSError:
        with suppress(OSError):
            path.unlink()
        return False
    return True
