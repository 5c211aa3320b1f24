"""One-time marks: who shows a value first, and nobody after (assertion ``jti``, RFC 7523 §3).

Marks live in Redis. When it is flushed they are gone; so the mark also remembers since when marks have
been kept (``epoch``), and a value made before that moment is refused instead of accepted twice.
"""

from idp.base.clock import now
from idp.base.secret import digest
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
    keys = (f"once:{{{kind}}}:epoch", f"once:{{{kind}}}:{digest(value)}")
    return bool(_MARK.run(keys, (lifetime, moment, made_at if made_at is not None else moment)) == 1)


def since(kind: str) -> int:
    """The moment since which marks of a kind have been kept without a gap."""
    key = f"once:{{{kind}}}:epoch"
    replies = redis.pipeline(("SET", key, now(), "NX"), ("GET", key))
    return int(replies[1])


def look(kind: str, value: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Commands that read since when marks of a kind are kept, and whether a value is marked."""
    return ("GET", f"once:{{{kind}}}:epoch"), ("GET", f"once:{{{kind}}}:{digest(value)}")
