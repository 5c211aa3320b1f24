"""``python -m tests.bench.console``: what a page of the console costs with 100,000 portals.

A PostgreSQL of its own is filled with portals in twenty provinces, failed logout notices, and the counters of
thirty days; then an officer of the nation and one of a city open each page again and again.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from flask import Flask

from idp import migration, settings
from idp.app import create_app
from idp.store import db, embedded
from tests import postgres
from tests.actors import portal
from tests.bench import report
from tests.officers import CITY, Officer

_FILL = (
    """INSERT INTO client (client_id, changed, origin, enabled, sector, organization, name, division,
              department, environment, document, secrets, logo, created_at, updated_at, deleted_at)
       SELECT 'p-' || n, 0, origin, enabled, sector, organization, 'Portal ' || n,
              CASE WHEN n %% 1000 = 0 THEN '010100' ELSE (200000 + 10000 * (n %% 20))::text END, '',
              environment, document, '[]', '', created_at, updated_at, deleted_at
         FROM client, generate_series(1, %(many)s) n WHERE client_id = 'tax'""",
    """INSERT INTO logout_delivery (id, client_id, person_id, session_id, status, attempts, next_at,
              created_at, outcome)
       SELECT 'd-' || n, 'p-' || (n %% %(many)s + 1), 'x', '',
              CASE WHEN n %% 10 = 0 THEN 'failed' ELSE 'delivered' END, 1, n, n, '503'
         FROM generate_series(1, 10 * %(many)s) n""",
    """INSERT INTO statistic (scope, heading, period, label, n)
       SELECT 'd:000000', 'portal', to_char(now() - make_interval(days => d), 'YYYY-MM-DD'), 'p-' || n,
              n %% 97
         FROM generate_series(1, %(many)s) n, generate_series(0, 6) d""",
)


def main() -> None:
    """Fill, open, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--portals", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=30, help="how often each page is opened")
    asked = parser.parse_args()
    print(report.machine())
    with _platform() as (app, url):
        officers = {"nation": Officer(app, "system_administrator"), "city": _of_city(app)}
        began = time.perf_counter()
        _fill(url, asked.portals)
        print(f"{asked.portals:,} portals in {time.perf_counter() - began:.0f} s; milliseconds a page")
        print(f"{'page':34}{'officer':10}{'median':>8}{'worst':>8}")
        for path in _paths():
            for name, officer in officers.items():
                spent = _opened(officer, path, asked.times)
                print(f"{path:34}{name:10}{statistics.median(spent):8.1f}{max(spent):8.1f}")


def _paths() -> tuple[str, ...]:
    return (
        "/admin/clients", "/admin/clients?q=p-777", "/admin/deliveries", "/admin/statistics?span=day",
        "/admin/statistics?span=week", "/admin/statistics?span=month", "/admin/staff",
    )  # fmt: skip


def _of_city(app: Flask) -> Officer:
    return Officer(app, "system_administrator", division=CITY)


def _opened(officer: Officer, path: str, times: int) -> list[float]:
    """Milliseconds of each opening; the first, which reads the registry, is left out."""
    officer.enter()
    officer.get(path)
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        answer = officer.get(path)
        spent.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status}")
    return spent


def _fill(url: str, many: int) -> None:
    """By a connection that waits as long as it takes."""
    portal("tax")
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in _FILL:
            connection.execute(statement, {"many": many})
        connection.execute("ANALYZE")


@contextmanager
def _platform() -> Iterator[tuple[Flask, str]]:
    """The whole server in this process, on stores of its own."""
    with tempfile.TemporaryDirectory() as name, postgres.database("console") as url:
        folder = Path(name)
        cache = embedded.start(folder / "valkey.sock", folder / "valkey")
        conf = settings.use(
            settings.Settings(
                environment="test",
                issuer="http://127.0.0.1:8080",
                database_url=url,
                redis_url=f"unix://{folder / 'valkey.sock'}",
                var_dir=folder,
                keys_dir=folder / "keys",
            )
        )
        app = create_app(conf)
        migration.upgrade()
        yield app, url
        db.close()
        cache.terminate()
        cache.wait(10)


if __name__ == "__main__":
    main()
