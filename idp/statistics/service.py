"""Counting: each place of the chain once, its counters and the progress in one transaction."""

from collections import Counter
from typing import Any, cast

import orjson
from sqlalchemy import CursorResult, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

import clients
from idp.audit.queries import CHAIN, EVENTS
from idp.divisions import NATION
from idp.statistics.models import Statistic, StatisticProgress
from idp.statistics.statistic import day_of, hour_of, scopes, ticks
from idp.store.db import transaction

_AUDIT = "audit"
#: Counted by day only: a label for each portal would make the hours of a nation long.
_DAILY = frozenset(("portal",))

Insert = postgresql.Insert | sqlite.Insert
Key = tuple[str, str, str, str]


@transaction
def count(session: Session, most: int) -> int:
    """Count the next places of the chain; how many there were. Of two workers one counts, the other waits."""
    first = _insert(session, StatisticProgress).values(name=_AUDIT, seq=0)
    session.execute(first.on_conflict_do_nothing())
    progress = session.get_one(StatisticProgress, _AUDIT, with_for_update=True)
    places = session.execute(
        select(CHAIN.c.seq, EVENTS.c.time, EVENTS.c.kind, EVENTS.c.client, EVENTS.c.detail)
        .join(EVENTS, EVENTS.c.id == CHAIN.c.event_id)
        .where(CHAIN.c.seq > progress.seq)
        .order_by(CHAIN.c.seq)
        .limit(most)
    ).all()
    if not places:
        return 0
    counted: Counter[Key] = Counter()
    for place in places:
        counted.update(_keys(place.time, place.kind, place.client, place.detail))
    _add(session, counted)
    progress.seq = places[-1].seq
    return len(places)


@transaction
def forget(session: Session, *, hours_before: str, days_before: str) -> int:
    """Drop counters that are kept no longer; how many."""
    hour = func.length(Statistic.period) == len(hours_before)
    over = delete(Statistic).where(
        (hour & (Statistic.period < hours_before)) | (~hour & (Statistic.period < days_before))
    )
    return cast(CursorResult[Any], session.execute(over)).rowcount


def _keys(time: int, kind: str, client_id: str, detail: str) -> list[Key]:
    found = list(ticks(kind, client_id, orjson.loads(detail)))
    if not found:
        return []
    client = clients.find(client_id) if client_id else None
    where = (client.division, client.department) if client else (NATION, "")
    known = list(scopes(client.client_id if client else "", *where))
    hour, day = hour_of(time), day_of(time)
    return [
        (scope, heading, period, label[:64])
        for heading, label in found
        for scope in known
        for period in ((day,) if heading in _DAILY else (hour, day))
        if not (heading in _DAILY and scope.startswith("c:"))
    ]


def _add(session: Session, counted: Counter[Key]) -> None:
    """Add to the counters, in an order that two workers share."""
    if not counted:
        return
    new = _insert(session, Statistic)
    statement = new.on_conflict_do_update(
        index_elements=["scope", "heading", "period", "label"], set_={"n": Statistic.n + new.excluded.n}
    )
    names = ("scope", "heading", "period", "label")
    session.connection().execute(
        statement, [dict(zip(names, key, strict=True), n=n) for key, n in sorted(counted.items())]
    )


def _insert(
    session: Session, table: type[Statistic | StatisticProgress]
) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say what to do when the row is there."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
