"""A file that was sent, kept sealed on the server while its sender reads what it would change.

One at a time for each member of staff; what he sends next takes its place.
"""

import zlib
from dataclasses import dataclass

from idp import keyring
from idp.base.secret import digest
from idp.configuration.configuration import LARGEST
from idp.store import redis

LIFETIME = 900
_PREFIX = "cfg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file, and whether what it leaves out goes."""

    text: str
    prune: bool

    @property
    def digest(self) -> str:
        """Names the file together with how it is to be applied."""
        return digest(f"{self.prune}\n{self.text}")


def keep(member: str, upload: Upload) -> None:
    """Keep a file for its sender."""
    packed = zlib.compress(f"{int(upload.prune)}{upload.text}".encode())
    redis.call("SET", _key(member), keyring.seal_token(packed), "EX", LIFETIME)


def find(member: str) -> Upload | None:
    """The file that somebody sent; none when it was long ago."""
    kept = redis.call("GET", _key(member))
    packed = keyring.open_token(kept.decode()) if isinstance(kept, bytes) else None
    if packed is None:
        return None
    plain = zlib.decompressobj().decompress(packed, LARGEST).decode()
    return Upload(text=plain[1:], prune=plain[:1] == "1")


def drop(member: str) -> None:
    """Forget it."""
    redis.call("DEL", _key(member))


def _key(member: str) -> str:
    return f"{_PREFIX}:{{{digest(member)}}}"
