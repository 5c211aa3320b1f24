"""Records that expire: ``put``, ``take`` (atomic, once), ``peek``, ``drop``.

Keys are stored hashed, so that a dump of Redis holds no live code, handle or cookie. Values are JSON:
whatever else lies under our key counts as absent, and is never unpickled or trusted.
"""

from typing import Any

import orjson

from idp.base.secret import digest
from idp.store import redis

_LARGEST = 64 * 1024


class Records:
    """One kind of expiring record; ``prefix`` names it, ``lifetime`` is in seconds."""

    def __init__(self, prefix: str, lifetime: int) -> None:
        self.prefix = prefix
        self.lifetime = lifetime

    def key(self, token: str) -> str:
        """The Redis key of a token; its hash is the slot."""
        return f"{self.prefix}:{{{digest(token)}}}"

    def put_command(self, token: str, value: dict[str, Any], lifetime: int | None = None) -> tuple[Any, ...]:
        """The command that stores a record, to be sent together with others."""
        return ("SET", self.key(token), orjson.dumps(value), "EX", lifetime or self.lifetime)

    def put(self, token: str, value: dict[str, Any], lifetime: int | None = None) -> None:
        """Store a record; an older one of the same token is replaced."""
        redis.call(*self.put_command(token, value, lifetime))

    def peek(self, token: str) -> dict[str, Any] | None:
        """Read a record and leave it."""
        return record(redis.call("GET", self.key(token)))

    def take(self, token: str) -> dict[str, Any] | None:
        """Read a record and remove it in one step: of many takers exactly one gets it."""
        return record(redis.call("GETDEL", self.key(token)))

    def drop(self, token: str) -> None:
        """Remove a record."""
        redis.call("DEL", self.key(token))


def record(reply: Any) -> dict[str, Any] | None:
    """A stored value as a record; foreign or broken data is absent."""
    if not isinstance(reply, bytes) or len(reply) > _LARGEST:
        return None
    try:
        value = orjson.loads(reply)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None
