"""One-time marks: who shows a value first, and nobody after (assertion ``jti``, RFC 7523 §3).

Marks live in Redis. When it is flushed they are gone; so the mark also remembers since when marks have
been kept (``epoch``), and a value made before that moment is refused instead of accepted twice.
"""

from collections.abc import Sequence
from typing import Any, Literal

from idp.base.clock import now
from idp.base.secret import digest, random_token
from idp.store import redis
from idp.store.redis import Script

_MARK = Script("""
local epoch = redis.call('GET', KEYS[1])
if not epoch then
  epoch = ARGV[2]
  redis.call('SET', KEYS[1], epoch)
end
if tonumber(ARGV[3]) < tonumber(epoch) then return -1 end
if redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[1]) then return 1 end
return 0
""")


def first_time(kind: str, value: str, lifetime: int, made_at: int | None = None) -> bool:
    """Mark a value as used; true for the first caller only.

    ``made_at`` (epoch seconds, from the value itself) lets values older than the marks be refused.
    """
    moment = now()
    keys = (_epoch(kind), f"once:{{{kind}}}:{digest(value)}")
    return bool(_MARK.run(keys, (lifetime, moment, made_at if made_at is not None else moment)) == 1)


def since(kind: str) -> int:
    """The moment since which marks of a kind have been kept without a gap."""
    replies = redis.pipeline(keep(kind), ("GET", _epoch(kind)))
    return int(replies[1])


def keep(kind: str) -> tuple[Any, ...]:
    """The command by which marks of a kind are kept from now on, if they are not already."""
    return ("SET", _epoch(kind), now(), "NX")


def look(kind: str, value: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Commands that read since when marks of a kind are kept, and whether a value is marked."""
    return ("GET", _epoch(kind)), ("GET", f"once:{{{kind}}}:{digest(value)}")


#: Since when marks of a kind are kept, as this process last heard.
_heard: dict[str, int] = {}


def kept_since(kind: str) -> int:
    """The same as ``since``, asked once a process: what is older than this need not be sent at all."""
    if kind not in _heard:
        _heard[kind] = since(kind)
    return _heard[kind]


def forget() -> None:
    """Drop what this process has heard, when its store is exchanged."""
    _heard.clear()


class Mark:
    """A value to be marked in a packet of somebody else's, so that it costs no trip of its own.

    Plain commands that may be sent twice, and know their own mark again: a packet with a script that Redis
    has forgotten is repeated.
    """

    __slots__ = ("_kind", "_made_at", "_own", "commands", "state")

    def __init__(self, kind: str, value: str, lifetime: int, *, made_at: int) -> None:
        key, self._own = f"once:{{{kind}}}:{digest(value)}", random_token(12)
        self._kind, self._made_at = kind, made_at
        self.commands: tuple[tuple[Any, ...], ...] = (
            keep(kind),
            ("GET", _epoch(kind)),
            ("SET", key, self._own, "NX", "EX", lifetime),
            ("GET", key),
        )
        self.state: Literal["not sent", "first", "again", "too old"] = "not sent"

    def hear(self, replies: Sequence[Any]) -> None:
        """Take the replies to ``commands``."""
        _, epoch, _, holder = replies
        _heard[self._kind] = int(epoch) if epoch is not None and epoch.isdigit() else now()
        if self._made_at < _heard[self._kind]:
            self.state = "too old"
        else:
            self.state = "first" if holder == self._own.encode() else "again"


def _epoch(kind: str) -> str:
    return f"once:{{{kind}}}:epoch"
