"""``python -m tests.bench.audit_verify``: how long ``idp audit verify`` takes over a long record.

A database of its own is filled as the worker fills it, with composed events in batches that get their places;
the newest place is signed. Then the whole record is verified: each row read, hashed and compared.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import orjson
from flask import Flask

from idp import audit, keyring, migration, settings
from idp.audit import chain, event, jobs, service
from idp.store import db
from tests import postgres
from tests.bench import report

_BATCH = 2_000
_KINDS = ("authz.grant", "login.success", "token.issue", "userinfo.read")


def main() -> None:
    """Fill, verify, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--times", type=int, default=3, help="verifications measured")
    asked = parser.parse_args()
    print(report.machine())
    with _database(asked.database):
        began = time.perf_counter()
        _fill(asked.rows)
        jobs.sign_root()
        took = time.perf_counter() - began
        print(f"{asked.database}: {asked.rows:,} events kept and chained in {took:.0f} s")
        for _ in range(asked.times):
            began, cpu = time.perf_counter(), time.process_time()
            found = audit.verify()
            took, cpu = time.perf_counter() - began, time.process_time() - cpu
            assert found.intact, found
            print(f"{found.checked:,} rows verified in {took:.1f} s ({cpu:.1f} s of this process)", end="")
            print(f", {found.checked / took:,.0f} a second")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB at most")


@contextmanager
def _database(kind: str) -> Iterator[None]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = (
            postgres.database("verify") if kind == "postgresql" else nullcontext(f"sqlite:///{folder}/idp.db")
        )
        with made as url:
            conf = settings.Settings(
                environment="test", database_url=url, var_dir=folder, keys_dir=folder / "keys"
            )
            settings.use(conf)
            keyring.open(conf.keys_dir, create=True)
            db.init_app(Flask("idp"), conf.sql_url, 2)
            migration.upgrade()
            yield
            db.close()


def _fill(rows: int) -> None:
    for first in range(0, rows, _BATCH):
        made = [_event(n) for n in range(first, min(first + _BATCH, rows))]
        _, head = service.ship({one["id"]: orjson.dumps(one) for one in made}, chain.kept())
        chain.keep(head)


def _event(n: int) -> dict[str, object]:
    detail: dict[str, object] = {"level": 2} if n % 4 == 1 else {}
    return event.compose(
        _KINDS[n % 4], person=f"person-{n % 200_003}", organization=None, client=f"portal-{n % 1_009}",
        session=f"session-{n}", outcome="success", reason="", detail=detail, region=f"{350_100 + n % 97}",
    )  # fmt: skip


if __name__ == "__main__":
    main()
