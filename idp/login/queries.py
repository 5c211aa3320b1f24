"""Reads of the throttle's table."""

from collections.abc import Collection, Mapping

from sqlalchemy import Table, select

from idp.login.models import LoginFailures
from idp.login.rule import Kept
from idp.store import db

FAILURES: Table = LoginFailures.__table__


def kept(counters: Collection[str]) -> Mapping[str, Kept]:
    """What was kept of these counters; one statement by primary key."""
    rows = db.fetch_all(select(FAILURES).where(FAILURES.c.counter.in_(counters)))
    return {row.counter: Kept(n=row.n, since=row.since, until=row.until) for row in rows}
