"""``python -m tests.bench.audit_pages``: what a page of a search of the audit record costs when it is long.

A PostgreSQL of its own is filled with events of thirteen months; then each filter is paged through, newest
first. A page is read as an officer reads it: the search itself is recorded before.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from idp import audit, migration, settings
from idp.audit import inquiry, months
from idp.audit.inquiry import Inquiry
from idp.store import db
from tests import postgres
from tests.bench import report

_SPAN = 400 * 86_400
_BATCH = 20_000
#: Persons, portals, items, mandates and counties as in a province; one refusal in fifty events.
_ROWS = """
    INSERT INTO audit_event
    SELECT substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7' || lpad(to_hex(us % 1000 << 2), 3, '0')
             || '-a000-' || lpad(to_hex(n), 12, '0'), us,
           (ARRAY['token.issue', 'authz.grant', 'userinfo.read', 'login.success', 'token.refuse'])[n % 5 + 1],
           CASE WHEN n % 50 = 4 THEN 'refused' ELSE 'success' END, 'person-' || n % 200003, '',
           'portal-' || n % 1009, '', '192.0.2.1', 'r' || n, '', '{}',
           CASE WHEN n % 3 = 0 THEN 'item-' || n % 2003 END,
           CASE WHEN n % 11 = 0 THEN 'mandate-' || n % 50021 END, (350100 + n % 97)::text
      FROM (SELECT n, us, lpad(to_hex(us / 1000), 12, '0') AS hex
              FROM (SELECT n, CAST(:start AS bigint) + n * CAST(:step AS bigint) AS us
                      FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) n) AS moments
           ) AS rows
"""
_FILTERS = {
    "everything": Inquiry(),
    "a person": Inquiry(person="person-77"),
    "a portal": Inquiry(client="portal-7"),
    "a kind": Inquiry(kind="login.success"),
    "refusals": Inquiry(outcome="refused"),
    "refusals of a portal": Inquiry(outcome="refused", client="portal-404"),
    "an item": Inquiry(item="item-6"),
    "a mandate": Inquiry(mandate="mandate-22"),
    "a county": Inquiry(region="350107"),
    "a city": Inquiry(region="350100"),
}


def main() -> None:
    """Fill, page, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pages", type=int, default=30, help="pages measured for each filter")
    asked = parser.parse_args()
    print(report.machine())
    with _database() as seconds_to_fill:
        filled = seconds_to_fill(asked.rows)
        print(f"{asked.rows:,} events in {filled:.0f} s; milliseconds a page of 50")
        print(f"{'filter':24}{'first':>8}{'median':>8}{'worst':>8}{'pages':>8}")
        for name, wanted in _FILTERS.items():
            spent = list(_paged(wanted, asked.pages))
            print(f"{name:24}{spent[0]:8.1f}{statistics.median(spent):8.1f}{max(spent):8.1f}{len(spent):8}")


@contextmanager
def _database() -> Iterator["Filler"]:
    with tempfile.TemporaryDirectory() as folder, postgres.database("pages") as url:
        conf = settings.use(settings.Settings(environment="test", database_url=url, var_dir=Path(folder)))
        db.init_app(Flask("idp"), conf.sql_url, 2)
        migration.upgrade()
        yield Filler()
        db.close()


class Filler:
    """Puts events into the months before now."""

    def __init__(self) -> None:
        self._filled: list[months.Month] = []

    def __call__(self, rows: int) -> float:
        """Fill; the seconds it took."""
        began = time.perf_counter()
        now = time.time_ns() // 1000
        start, step = now - _SPAN * 1_000_000, _SPAN * 1_000_000 // rows
        self._months(start // 1_000_000)
        for first in range(0, rows, _BATCH):
            self._run(_ROWS, start=start, step=step, first=first, last=min(first + _BATCH, rows) - 1)
        for month in self._filled:
            self._run(f"ANALYZE {month.partition}")
        return time.perf_counter() - began

    def _months(self, since: int) -> None:
        """The record of a server that was there for fourteen months has their partitions."""
        month = months.Month.of(since)
        self._filled.append(months.Month.of(time.time()))
        while month < months.Month.of(time.time()):
            self._filled.append(month)
            self._run(
                f"CREATE TABLE {month.partition} PARTITION OF audit_event"
                f" FOR VALUES FROM ('{month.first_id}') TO ('{month.next.first_id}')"
            )
            month = month.next

    def _run(self, statement: str, **values: int) -> None:
        with db.writing_engine().begin() as connection:
            connection.execute(text(statement), values)


def _paged(wanted: Inquiry, most: int) -> Iterator[float]:
    """Milliseconds of each page, from the newest on; the read and the event that tells of it."""
    reader = audit.Reader(operator="bench", case="1", reason="measured")
    cursor = ""
    for _ in range(most):
        began = time.perf_counter()
        page = inquiry.search(wanted, reader, cursor=cursor)
        yield (time.perf_counter() - began) * 1000
        if not page.cursor:
            return
        cursor = page.cursor


if __name__ == "__main__":
    main()
