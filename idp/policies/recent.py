"""Entries of the last days as the record has them, newest first: by index, in pieces, never too many.

A piece is so many rows of one index. So no statement takes long, however long the record is, and whoever
reads can stop between two.
"""

import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

import orjson
from sqlalchemy import Row, Select, func, select

from idp.audit import months
from idp.audit.queries import EVENTS
from idp.base import clock
from idp.divisions import NATION, Reach, within
from idp.policies.whatif import Entry, Visit
from idp.store import db

DAYS = 7
MOST = 50_000
#: Seconds after which no further piece is read: a page waits for this.
PATIENCE = 3.0
#: Rows that one statement passes over.
PIECE = 5_000

Bound = Literal["", "entries", "time"]
_COLUMNS = ("id", "time", "client", "session", "person", "organization", "item", "detail")


class Recent:
    """The entries at the portals of a division; read once."""

    def __init__(self, division: str, *, most: int = MOST, patience: float = PATIENCE) -> None:
        self._division = division
        self._most = most
        began = time.monotonic()
        self._half, self._until = began + patience / 2, began + patience
        self.since = clock.now() - DAYS * 86_400
        """From when on everything was read, epoch seconds."""
        self.bound: Bound = ""
        """What ended the reading before all of the days were read."""

    def visits(self, *, ages: bool = False) -> Iterator[list[Visit]]:
        """Who entered where, in pieces; ``ages``: with the age of the login, where it is known."""
        logins = self._logins() if ages else {}
        read = 0
        for rows, last, more in self._pieces("authz.grant", self._division):
            taken = rows[: self._most - read]
            read += len(taken)
            yield [_visit(row, logins) for row in taken]
            if read == self._most:
                self.bound, self.since = "entries", taken[-1].time // 1_000_000
                return
            if more and time.monotonic() > self._until:
                self.bound, self.since = "time", _second(last)
                return

    def _logins(self) -> dict[str, list[int]]:
        """When each session logged in (µs), newest first."""
        found: dict[str, list[int]] = {}
        for rows, _, _ in islice(self._pieces("login.success", NATION), self._most // PIECE):
            for row in rows:
                found.setdefault(row.session, []).append(row.time)
            if time.monotonic() > self._half:
                break
        return found

    def _pieces(self, kind: str, division: str) -> Iterator[tuple[Sequence[Row[Any]], str, bool]]:
        """The events of a kind at portals of a division, newest first; the last id, whether there is more."""
        first, cursor, more = months.first_id(self.since * 1_000_000), "", True
        while more:
            count, last = _piece(kind, first, cursor)
            more = count == PIECE
            if count:
                yield db.fetch_all(_within(kind, last, cursor, division)), last, more
            cursor = last


def _piece(kind: str, first: str, cursor: str) -> tuple[int, str]:
    """How many rows the next piece has, and its last id."""
    c = EVENTS.c
    wanted = [c.kind == kind, c.id >= first, *([c.id < cursor] if cursor else [])]
    piece = select(c.id).where(*wanted).order_by(c.id.desc()).limit(PIECE).subquery()
    found = db.fetch_all(select(func.count(), func.min(piece.c.id)).select_from(piece))
    count, last = tuple(found[0])
    return int(count), last or ""


def _within(kind: str, first: str, cursor: str, division: str) -> Select[Any]:
    c = EVENTS.c
    wanted = [c.kind == kind, c.id >= first, *([c.id < cursor] if cursor else [])]
    if division != NATION:
        wanted.append(within(Reach(division=division), c.region))
    return select(*(c[name] for name in _COLUMNS)).where(*wanted).order_by(c.id.desc())


def _second(event_id: str) -> int:
    """The moment an event's id begins with, epoch seconds."""
    return int(event_id[:8] + event_id[9:13], 16) // 1000


def _visit(row: Row[Any], logins: dict[str, list[int]]) -> Visit:
    level, scopes = _told(row.detail)
    entry = Entry(
        client=row.client, item=row.item or "", scopes=scopes, level=level, legal=bool(row.organization)
    )
    began = next((each for each in logins.get(row.session, ()) if each <= row.time), None)
    age = (row.time - began) // 1_000_000 if began is not None else None
    return Visit(entry=entry, person=row.person, age=age)


@lru_cache(maxsize=4096)
def _told(detail: str) -> tuple[int, str]:
    """Level and scopes of an entry; many say the same."""
    members = orjson.loads(detail)
    return int(members.get("level", 1)), str(members.get("scope", ""))
