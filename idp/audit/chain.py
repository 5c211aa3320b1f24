"""The hash chain: each event's hash covers its place, the hash before it and the event itself.

The newest place is also kept outside the database (``audit-head.json``), because a chain cut at its end
is a shorter, unbroken chain.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import orjson

from idp import settings
from idp.audit.witness import GENESIS, link

__all__ = ["GENESIS", "Broken", "Head", "keep", "kept", "link", "replace"]


class Broken(Exception):
    """The chain in the database does not hold the place kept outside it: sealing must not go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest place of the chain."""

    seq: int
    hash: str


def _path() -> Path:
    return settings.current().var_dir / "audit-head.json"


def kept() -> Head | None:
    """The place kept outside the database; raises ``Broken`` when the file is not readable as one."""
    try:
        members = orjson.loads(_path().read_bytes())
        return Head(seq=int(members["seq"]), hash=str(members["hash"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise Broken("audit-head.json is damaged") from error


def keep(head: Head | None) -> None:
    """Keep the newest place outside the database, wholly or not at all."""
    if head is None:
        _path().unlink(missing_ok=True)
    else:
        replace(_path(), orjson.dumps({"hash": head.hash, "seq": head.seq}))


def replace(path: Path, content: bytes) -> None:
    """Write a small file so that a reader, or a crash, finds the old or the new content."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
