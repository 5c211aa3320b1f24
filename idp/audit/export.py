"""A part of the record that somebody else can verify: from one signed root to another (``witness``).

Whatever happened in the time asked for was sealed behind the last root before it. It goes on to the first
root an hour after its end, so that what was shipped late is in it; the same time gives the same bytes always.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from idp import audit
from idp.audit import chain, queries, witness
from idp.audit.files import write_whole
from idp.audit.roots import INTERVAL, Root
from idp.base import clock
from idp.base.errors import Rejected

VERIFIER = "verify_audit.py"
#: So many events of what is answered over the network, where a whole answer waits in memory (30 MiB).
MOST = 50_000
_SHORTEST, _LONGEST = 4, 120
#: The end of the calendar.
_LATEST = 253_402_300_799


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What an export holds: the places from ``first`` to ``last``, and the roots around them."""

    first: int
    last: int
    previous: str
    hash: str
    roots: tuple[Root, ...]


def part(since: int, until: int) -> Part:
    """The part of the record in which a time (seconds, ``until`` excluded) lies; raises ``Rejected``."""
    if not 0 <= since < until <= _LATEST:
        raise Rejected("audit.range_empty", "the time to export is empty", why="--from is not before --to")
    stored, begins = queries.roots(), queries.first_place()
    believed = _in_order(stored)
    before = [root for root in believed if root.time <= since and root.seq >= begins]
    start = before[-1] if before else next((root for root in believed if root.seq >= begins > 1), None)
    behind = [root for root in believed if not start or root.number > start.number]
    after = [root for root in behind if root.time >= until + INTERVAL] or behind[-1:]
    if not after:
        raise Rejected("audit.no_root", "no root was signed behind this time yet", why="no root to end with")
    end = after[0]
    first = start.number if start else 1
    return Part(
        first=start.seq + 1 if start else 1, last=end.seq, previous=start.hash if start else chain.GENESIS,
        hash=end.hash, roots=tuple(root for root in stored if first <= root.number <= end.number),
    )  # fmt: skip


def _in_order(stored: Sequence[Root]) -> list[Root]:
    """The roots whose moment no later one contradicts: what a clock that ran ahead signed bounds no time."""
    found: list[Root] = []
    for root in reversed(stored):
        if not found or root.time <= found[-1].time:
            found.append(root)
    return found[::-1]


def write(path: Path, since: int, until: int, *, operator: str, reason: str = "") -> Part:
    """Write an export and, beside it, the program that verifies it; recorded before it is written."""
    wanted = part(since, until)
    _record(wanted, operator, reason)
    write_whole(path, _whole(wanted, since, until))
    (path.parent / VERIFIER).write_bytes(verifier())
    return wanted


def answer(since: int, until: int, *, operator: str, reason: str) -> Iterator[bytes]:
    """An export of bearable size for the network, recorded before it leaves; raises ``Rejected``.

    Cut off on its way, it lacks its end, and the verifier says so.
    """
    if not _SHORTEST <= len(reason.strip()) <= _LONGEST or not reason.isprintable():
        raise Rejected("audit.reason_missing", "say for what it is exported", why="no reason")
    wanted = part(since, until)
    if wanted.last - wanted.first >= MOST:
        raise Rejected("audit.range_long", f"the time holds more than {MOST} events", why="too much")
    _record(wanted, operator, reason.strip())
    return _whole(wanted, since, until)


def verifier() -> bytes:
    """The program that verifies an export, which needs nothing of this server."""
    return Path(witness.__file__).read_bytes()


def _record(wanted: Part, operator: str, reason: str) -> None:
    audit.record(
        "audit.export", reason=reason, operator=operator, count=wanted.last - wanted.first + 1,
        seq=wanted.last, hash=wanted.hash,
    )  # fmt: skip


def _whole(wanted: Part, since: int, until: int) -> Iterator[bytes]:
    """All lines, the last with the digest of those before it."""
    seen = sha256()
    for line in lines(wanted, since, until):
        seen.update(line)
        yield line
    yield _line(type="end", sha256=seen.hexdigest())


def lines(wanted: Part, since: int, until: int) -> Iterator[bytes]:
    """The lines of an export, but its end."""
    issuer = witness.read_root(wanted.roots[-1].jws)[1]["iss"]
    yield _line(
        type="manifest", format=witness.FORMAT, issuer=issuer, first=wanted.first, last=wanted.last,
        previous=wanted.previous, hash=wanted.hash, **{"from": _iso(since), "to": _iso(until)},
    )  # fmt: skip
    for key in sorted({root.key for root in wanted.roots}):
        yield _line(type="key", jwk=orjson.loads(key))
    for root in wanted.roots:
        yield _line(type="root", jws=root.jws)
    for batch in queries.chain(after=wanted.first - 1, until=wanted.last):
        yield from map(_row, batch)


def _row(row: Sequence[Any]) -> bytes:
    seq, event_id, previous, own = tuple(row)[:4]
    line = queries.event_of(tuple(row)[4:]).line().decode() if row[4] is not None else None
    return _line(type="row", seq=seq, event_id=event_id, previous=previous, hash=own, line=line)


def _line(**members: Any) -> bytes:
    return orjson.dumps(members, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _iso(seconds: int) -> str:
    return f"{clock.at(seconds):%Y-%m-%dT%H:%M:%SZ}"
