"""Searching the record: by what, how far, by whom and why; each search is itself recorded.

Pages go by the id of the last event seen (keyset), so page one thousand costs what page one does, and what is
recorded meanwhile shifts nothing. An event's region decides who may see it: whoever serves a region finds the
events of that region and of those within it, and never one that names no region.
"""

import re
from dataclasses import dataclass, fields

from sqlalchemy import ColumnElement, Select, and_, literal_column, select

from idp import audit
from idp.audit import months
from idp.audit.event import OUTCOMES, Event
from idp.audit.events import KINDS
from idp.audit.queries import EVENTS, event_of
from idp.base.errors import Rejected
from idp.store import db

#: The most events of one page.
MOST = 200
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REGION = re.compile(r"[0-9]{2}(?:[0-9]{2}){0,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What is searched by; an empty member restricts nothing. Times are epoch seconds, ``until`` excluded."""

    person: str = ""
    client: str = ""
    mandate: str = ""
    item: str = ""
    kind: str = ""
    outcome: str = ""
    request: str = ""
    """The reference number of a refusal that somebody was shown."""
    region: str = ""
    since: int = 0
    until: int = 0
    unsuccessful: bool = False
    """Only what was refused or failed."""

    @property
    def filters(self) -> list[str]:
        """The names of the members that restrict."""
        return [field.name for field in fields(self) if getattr(self, field.name)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads, and for which case; ``region`` is the one this officer serves, empty for the nation.

    Who serves a department alone reaches the events of its ``portals``, and nothing else of the region.
    """

    operator: str
    case: str = ""
    reason: str = ""
    region: str = ""
    portals: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Events, newest first; ``cursor`` leads to the next page and is empty on the last."""

    events: tuple[Event, ...]
    cursor: str


def search(inquiry: Inquiry, reader: Reader, *, cursor: str = "", limit: int = 50) -> Page:
    """One page of what an officer looks for; recorded before it is read, and so are refusals.

    Raises ``Rejected``: looking for a person, or at one's mandate, needs a case and a reason.
    """
    try:
        _check(inquiry, reader, cursor, limit)
    except Rejected as refused:
        _record(inquiry, reader, refused)
        raise
    _record(inquiry, reader, None)
    found = db.fetch_all(statement(inquiry, reader.region, cursor, reader.portals).limit(limit + 1))
    more = len(found) > limit
    return Page(
        events=tuple(event_of(row) for row in found[:limit]), cursor=found[limit - 1].id if more else ""
    )


def statement(
    inquiry: Inquiry, scope: str = "", cursor: str = "", portals: frozenset[str] | None = None
) -> Select[tuple[object, ...]]:
    """The read behind a search, without its limit."""
    wanted = [
        EVENTS.c[name] == value
        for name, value in (
            ("person", inquiry.person), ("client", inquiry.client), ("mandate", inquiry.mandate),
            ("item", inquiry.item), ("kind", inquiry.kind), ("outcome", inquiry.outcome),
            ("request_id", inquiry.request),
        )
        if value
    ]  # fmt: skip
    wanted += [_within(code) for code in {_code(scope), _code(inquiry.region)} if code]
    if portals is not None:
        wanted.append(EVENTS.c.client.in_(sorted(portals)))
    if inquiry.since:
        wanted.append(EVENTS.c.id >= months.first_id(inquiry.since * 1_000_000))
    if inquiry.until:
        wanted.append(EVENTS.c.id < months.first_id(inquiry.until * 1_000_000))
    if cursor:
        wanted.append(EVENTS.c.id < cursor)
    return select(EVENTS).where(*wanted, *_indexed(inquiry)).order_by(EVENTS.c.id.desc())


def is_cursor(text: str) -> bool:
    """Whether a text can be the cursor of a page: an event's id."""
    return bool(_ID.fullmatch(text))


def _indexed(inquiry: Inquiry) -> list[ColumnElement[bool]]:
    """What is so anyway, in the words of the indexes that leave the rest out."""
    empty: ColumnElement[str] = literal_column("''")
    success: ColumnElement[str] = literal_column("'success'")
    said = [EVENTS.c[name] != empty for name in ("person", "client") if getattr(inquiry, name)]
    if inquiry.request or inquiry.unsuccessful or inquiry.outcome not in ("", "success"):
        said.append(EVENTS.c.outcome != success)
    return said


def _code(region: str) -> str:
    """The digits that a region and those within it begin with (GB/T 2260, two a level); none: the nation."""
    return re.sub(r"(?:00)+$", "", region)


def _within(code: str) -> ColumnElement[bool]:
    after = code[:-1] + chr(ord(code[-1]) + 1)
    return and_(EVENTS.c.region >= code, EVENTS.c.region < after)


def _check(inquiry: Inquiry, reader: Reader, cursor: str, limit: int) -> None:
    if not reader.operator:
        raise Rejected(
            "audit.operator_missing", "who reads must be named", why="a search without an operator"
        )
    if (inquiry.person or inquiry.mandate) and not (reader.case.strip() and reader.reason.strip()):
        raise Rejected("audit.reason_missing", "a case and a reason must be named", why="no case or reason")
    if inquiry.kind and inquiry.kind not in KINDS:
        raise Rejected("audit.kind_unknown", "no event is of this kind", why="unknown kind")
    if inquiry.outcome and inquiry.outcome not in OUTCOMES:
        raise Rejected("audit.outcome_unknown", "no event ends like this", why="unknown outcome")
    if cursor and not is_cursor(cursor):
        raise Rejected("audit.cursor_invalid", "the cursor is not one of ours", why="malformed cursor")
    if not 1 <= limit <= MOST:
        raise Rejected("audit.limit_invalid", f"a page holds 1 to {MOST} events", why="limit out of range")
    if any(region and not _REGION.fullmatch(region) for region in (inquiry.region, reader.region)):
        raise Rejected("audit.region_invalid", "a region is a GB/T 2260 code", why="malformed region")


def _record(inquiry: Inquiry, reader: Reader, refused: Rejected | None) -> None:
    audit.record(
        "audit.search",
        person=inquiry.person or None,
        client=inquiry.client or None,
        outcome="refused" if refused else "success",
        reason=reader.reason,
        item=inquiry.item,
        mandate=inquiry.mandate,
        region=reader.region,
        operator=reader.operator,
        case=reader.case or None,
        filters=inquiry.filters,
        error=refused.code if refused else None,
    )
