"""Reads of the throttle's table."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Table, func, or_, select

from idp.login.models import LoginFailures
from idp.login.rule import Kept
from idp.store import db

FAILURES: Table = LoginFailures.__table__


def kept(counters: Collection[str]) -> Mapping[str, Kept]:
    """What was kept of these counters; one statement by primary key."""
    rows = db.fetch_all(select(FAILURES).where(FAILURES.c.counter.in_(counters)))
    return {row.counter: Kept(n=row.n, since=row.since, until=row.until) for row in rows}


def paused_until(beginnings: Sequence[str], moment: int) -> int | None:
    """The latest end of a pause that lasts beyond a moment, of the counters that begin so."""
    row = db.fetch_one(
        select(func.max(FAILURES.c.until)).where(begin_with(beginnings), FAILURES.c.until > moment)
    )
    return row[0] if row else None


def begin_with(beginnings: Sequence[str]) -> ColumnElement[bool]:
    """Counters that are one of these, or begin with one of these and a colon."""
    return or_(
        FAILURES.c.counter.in_(beginnings),
        *(FAILURES.c.counter.startswith(f"{one}:", autoescape=True) for one in beginnings),
    )
