"""How often somebody did something in this minute: counted in Redis, one trip."""

from idp.base.clock import now
from idp.store import redis

_MINUTE = 60


def count(kind: str, who: str) -> int:
    """Count one more of ``kind`` by ``who``; how many there are in this minute."""
    key = f"rate:{kind}:{{{who}}}:{now() // _MINUTE}"
    _, counted = redis.pipeline(("SET", key, 0, "EX", 2 * _MINUTE, "NX"), ("INCR", key))
    return int(counted)


def rest() -> int:
    """Seconds until the next minute begins."""
    return _MINUTE - now() % _MINUTE
