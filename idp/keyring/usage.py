"""Who still uses a key that has a successor: which client last presented something that needs it.

Only what needs an old key is noted, by each process once in ten minutes at most, so that nothing is added to
a request while no key is old. Kept in Redis and bounded: nothing depends on it, what is lost is noted anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from idp.base import clock
from idp.base.errors import Unavailable
from idp.keyring import marker
from idp.keyring.marker import Entry, Standing
from idp.keyring.material import PUBLISHED
from idp.keyring.ring import keep_seconds
from idp.store import redis

What = Literal["access_token", "encryption", "id_token_hint", "refresh_token"]
WHATS: tuple[What, ...] = get_args(What)

#: So many clients and things of one key; those that were not seen for the longest go first.
MOST = 10_000
_PACE = 600
_LIFETIME = 90 * 86_400
_MOST_NOTED = 20_000

_noted: dict[tuple[str, str, str], int] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A client that needed an old key, for what, and when last."""

    client_id: str
    what: str
    seen_at: int


def old_keys(entries: Iterable[Entry]) -> list[Standing]:
    """The keys with a successor in force that clients may still need."""
    standings = marker.standings(entries, clock.now(), keep_seconds())
    return [one for one in standings if one.state == "old" and one.entry.kind in (*PUBLISHED, "token")]


def met(kid: str | None, client_id: str, what: What) -> None:
    """Note that a client presented something that needs an old key; ``kid`` is none where none is needed."""
    if kid is None:
        return
    moment, use = clock.now(), (kid, client_id, what)
    if 0 <= moment - _noted.get(use, -_PACE) < _PACE:
        return
    if len(_noted) >= _MOST_NOTED:
        _noted.clear()
    _noted[use] = moment
    key = _key(kid)
    try:
        redis.pipeline(
            ("ZADD", key, moment, f"{what}|{client_id}"),
            ("ZREMRANGEBYRANK", key, 0, -(MOST + 1)),
            ("EXPIRE", key, _LIFETIME),
        )
    except Unavailable:
        return  # whoever asks is answered without it


def uses(kid: str, *, after: tuple[int, str, str] | None = None, most: int = 50) -> list[Use]:
    """Who needed a key, the latest first, those behind ``after`` (when, client, what)."""
    pairs = redis.call("ZRANGE", _key(kid), 0, -1, "WITHSCORES")
    found = [_use(bytes(member).decode(), int(float(score))) for member, score in _paired(pairs)]
    found.sort(key=_place)
    if after is not None:
        seen_at, client_id, what = after
        behind = _place(Use(client_id=client_id, what=what, seen_at=seen_at))
        found = [use for use in found if _place(use) > behind]
    return found[:most]


def counts(kids: list[str]) -> dict[str, int]:
    """How many clients and things needed each key."""
    return (
        dict(zip(kids, redis.pipeline(*(("ZCARD", _key(kid)) for kid in kids)), strict=True)) if kids else {}
    )


def forget() -> None:
    """Drop what this process remembers: another store was opened."""
    _noted.clear()


def _key(kid: str) -> str:
    return f"oldkey:{{{kid}}}"


def _paired(reply: list[bytes]) -> list[tuple[bytes, bytes]]:
    return list(zip(reply[::2], reply[1::2], strict=True))


def _use(member: str, seen_at: int) -> Use:
    what, _, client_id = member.partition("|")
    return Use(client_id=client_id, what=what, seen_at=seen_at)


def _place(use: Use) -> tuple[int, str, str]:
    return -use.seen_at, use.client_id, use.what
