"""The months of ``audit_event`` as partitions, where the database has them (decision 0029).

PostgreSQL, Citus and YugabyteDB have; SQLite and CockroachDB have not, and there a month goes in batches.
A month that is a partition goes at once, without a row being touched.
"""

import re
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from idp.audit.months import Month

#: Months made ahead; an event for which there is none lies in the partition for all others.
AHEAD = 14
_LIST = text(
    "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i"
    " JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass('audit_event') ORDER BY c.relname"
)
_UPPER = re.compile(r"TO \('([0-9a-f-]+)'\)")
_NAME = re.compile(r"audit_event_[a-z0-9_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """A partition with an end; ``end`` is the least id that is above it."""

    name: str
    end: str


def of(session: Session) -> list[Partition]:
    """The partitions that have an end; none where the database knows no partitions."""
    if session.get_bind().dialect.name != "postgresql":
        return []
    return [
        Partition(name=name, end=bound[1])
        for name, expression in session.execute(_LIST)
        if _NAME.fullmatch(name) and (bound := _UPPER.search(expression))
    ]


def make(session: Session, first: Month) -> int:
    """Make the partitions of this month and of those to come; returns how many were missing."""
    present = of(session)
    if not present:
        return 0
    end = max(one.end for one in present)
    missing = [month for month in first.ahead(AHEAD) if month.first_id >= end and not _strays(session, month)]
    for month in missing:
        session.execute(
            text(
                f"CREATE TABLE {month.partition} PARTITION OF audit_event"
                f" FOR VALUES FROM ('{month.first_id}') TO ('{month.next.first_id}')"
            )
        )
    return len(missing)


def drop(session: Session, before: str) -> list[str]:
    """Drop the partitions that hold nothing but ids below ``before``; returns their names."""
    gone = [one.name for one in of(session) if one.end <= before]
    for name in gone:
        session.execute(text(f"DROP TABLE {name}"))
    return gone


def _strays(session: Session, month: Month) -> bool:
    """Whether events of a month lie in the partition for all others; there they stay."""
    between = text("SELECT 1 FROM audit_event WHERE id >= :first AND id < :next LIMIT 1")
    found = session.execute(between, {"first": month.first_id, "next": month.next.first_id})
    return found.first() is not None
