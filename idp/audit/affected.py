"""Whom it concerns when what a portal was given leaked: persons, which data, when (PIPL art. 57).

One walk over the portal's events by their index, in batches. Nobody is named but by the id of the record.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from sqlalchemy import ColumnElement, literal_column, select

from idp import audit
from idp.audit import months
from idp.audit.event import Event
from idp.audit.files import write_whole
from idp.audit.queries import EVENTS, event_of
from idp.base import clock
from idp.base.errors import Rejected
from idp.store import db

#: What gives a portal something of a person.
RELEASES = ("idcard.release", "token.issue", "userinfo.read")
_BATCH = 2000


@dataclass(slots=True, kw_only=True)
class Affected:
    """What a portal was given of one person."""

    person: str
    first: int
    last: int
    times: int = 0
    id_number: bool = False
    data: set[str] = field(default_factory=set)
    """Scopes, and claims that were asked for one by one."""

    def add(self, event: Event) -> None:
        """Count one release more; they come in the order of time."""
        self.last, self.times = event.time, self.times + 1
        self.id_number |= event.kind == "idcard.release"
        detail = orjson.loads(event.detail)
        for named in (detail.get("scope", ""), detail.get("claims", "")):
            self.data.update(named.split() if isinstance(named, str) else map(str, named))

    def line(self) -> bytes:
        """One line of the file."""
        told = {
            "person": self.person, "first": _iso(self.first), "last": _iso(self.last), "times": self.times,
            "id_number": self.id_number, "data": sorted(self.data),
        }  # fmt: skip
        return orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)


def write(path: Path, client: str, since: int, until: int, *, operator: str, case: str, reason: str) -> int:
    """Write everybody affected between two moments (seconds, ``until`` excluded), one a line; how many.

    On record before it is written; raises ``Rejected`` without a case and a reason.
    """
    if since >= until:
        raise Rejected("audit.range_empty", "the time is empty", why="--from is not before --to")
    if not (case.strip() and reason.strip()):
        raise Rejected("audit.reason_missing", "a case and a reason must be named", why="no case or reason")
    found: dict[str, Affected] = {}
    for event in _released(client, since, until):
        known = found.setdefault(event.person, Affected(person=event.person, first=event.time, last=0))
        known.add(event)
    audit.record(
        "audit.search", client=client, reason=reason, operator=operator, case=case, count=len(found),
        filters=["affected", "client", "since", "until"],
    )  # fmt: skip
    write_whole(path, (one.line() for _, one in sorted(found.items())))
    return len(found)


def _released(client: str, since: int, until: int) -> Iterator[Event]:
    nobody: ColumnElement[str] = literal_column("''")
    after, end = months.first_id(since * 1_000_000), months.first_id(until * 1_000_000)
    while True:
        wanted = (
            EVENTS.c.client == client, EVENTS.c.client != nobody, EVENTS.c.id > after, EVENTS.c.id < end,
            EVENTS.c.kind.in_(RELEASES), EVENTS.c.outcome == "success", EVENTS.c.person != nobody,
        )  # fmt: skip
        batch = db.fetch_all(select(EVENTS).where(*wanted).order_by(EVENTS.c.id).limit(_BATCH))
        yield from map(event_of, batch)
        if len(batch) < _BATCH:
            return
        after = batch[-1].id


def _iso(microseconds: int) -> str:
    return f"{clock.at(microseconds // 1_000_000):%Y-%m-%dT%H:%M:%SZ}"
