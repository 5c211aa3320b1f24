"""Reads of the counters: one scope, one statement."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Table, func, select, union_all

from idp.base import clock
from idp.base.clock import SHANGHAI
from idp.statistics.models import Statistic
from idp.statistics.statistic import Span
from idp.store import db

STATISTICS: Table = Statistic.__table__

_DAYS: Mapping[Span, int] = {"day": 1, "week": 7, "month": 30}
#: So many of each day may come to be among the first of a span.
_FIRST = 50


def periods(span: Span) -> tuple[str, ...]:
    """The periods of a span up to now, oldest first: 24 hours, or days."""
    now = datetime.fromtimestamp(clock.now(), SHANGHAI)
    if span == "day":
        return tuple(f"{now - timedelta(hours=back):%Y-%m-%dT%H}" for back in reversed(range(24)))
    return tuple(f"{now - timedelta(days=back):%Y-%m-%d}" for back in reversed(range(_DAYS[span])))


def read(scope: str, span: Span, *headings: str) -> dict[str, dict[str, int]]:
    """Heading to label to number, over all periods of a span."""
    found: dict[str, dict[str, int]] = {heading: {} for heading in headings}
    s, wanted = STATISTICS.c, periods(span)
    summed = (
        select(s.heading, s.label, func.sum(s.n).label("n"))
        .where(s.scope == scope, s.heading.in_(headings), s.period.between(wanted[0], wanted[-1]))
        .where(func.length(s.period) == len(wanted[0]))
        .group_by(s.heading, s.label)
        .order_by(func.sum(s.n).desc(), s.label)
        .limit(1000)
    )
    for row in db.fetch_all(summed):
        found[row.heading][row.label] = int(row.n)
    return found


def portals(scope: str, span: Span, most: int) -> list[tuple[str, int]]:
    """The portals most logged in to, of all days that a span touches: they are counted by day.

    Only those among the first of some day are summed: a nation has 100,000 others.
    """
    s, days = STATISTICS.c, periods("week" if span == "day" else span)
    days = days[-2:] if span == "day" else days
    ranked = select(s.label).where(s.scope == scope, s.heading == "portal")
    firsts = union_all(
        *(
            select(ranked.where(s.period == day).order_by(s.n.desc()).limit(_FIRST).subquery().c.label)
            for day in days
        )
    )
    known = {row.label for row in db.fetch_all(firsts)}
    summed = func.sum(s.n)
    rows = db.fetch_all(
        select(s.label, summed.label("n"))
        .where(s.scope == scope, s.heading == "portal", s.period.in_(days), s.label.in_(known))
        .group_by(s.label)
        .order_by(summed.desc(), s.label)
        .limit(most)
    )
    return [(row.label, int(row.n)) for row in rows]


def series(scope: str, span: Span, heading: str) -> list[tuple[str, dict[str, int]]]:
    """Each period of a span with its labels and numbers, oldest first, empty ones too."""
    s, wanted = STATISTICS.c, periods(span)
    rows = db.fetch_all(
        select(s.period, s.label, s.n).where(
            s.scope == scope, s.heading == heading, s.period.between(wanted[0], wanted[-1])
        )
    )
    found: dict[str, dict[str, int]] = {period: {} for period in wanted}
    for row in rows:
        if row.period in found:
            found[row.period][row.label] = row.n
    return list(found.items())
