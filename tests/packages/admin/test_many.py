"""Lists of the console stay as quick with 100,000 portals: so many statements, and each by an index."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event, text

from idp.store import db
from tests.actors import portal
from tests.officers import CITY, Officer

pytestmark = pytest.mark.usefixtures("stores")

MANY = 100_000
BATCH = 10_000
_CLIENT = """
    SELECT 'p-' || n, 0, 'manifest', enabled, sector, organization, 'Portal ' || n,
           CASE WHEN n % 1000 = 0 THEN '010100' ELSE '0' || (20000 + n % 20) END, '', 'production',
           document, '[]', '', created_at, updated_at, deleted_at
      FROM client, numbers WHERE client_id = 'tax'
"""
_NOTICE = "SELECT 'd-' || n, 'p-' || n, 'x', '', 'failed', 8, 1, 1, '503' FROM numbers"
_NOTED = "id, client_id, person_id, session_id, status, attempts, next_at, created_at, outcome"
_COLUMNS = (
    "client_id, changed, origin, enabled, sector, organization, name, division, department, environment,"
    " document, secrets, logo, created_at, updated_at, deleted_at"
)


@pytest.fixture
def many(app: Flask, stores: None) -> None:
    """One real portal, and 100,000 like it, each with a notice that failed."""
    portal("tax")
    for first in range(1, MANY, BATCH):
        with db.writing_engine().begin() as connection:
            last = first + BATCH - 1
            if connection.dialect.name == "sqlite":
                counted = f"SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last}"
                numbers = f"WITH RECURSIVE numbers(n) AS ({counted})"
            else:
                numbers = f"WITH numbers AS (SELECT generate_series({first}, {last}) AS n)"
            connection.execute(text(f"INSERT INTO client ({_COLUMNS}) {numbers} {_CLIENT}"))
            connection.execute(text(f"INSERT INTO logout_delivery ({_NOTED}) {numbers} {_NOTICE}"))
    for table in ("client", "logout_delivery"):
        with db.writing_engine().begin() as connection:
            connection.execute(text(f"ANALYZE {table}"))


@contextmanager
def statements() -> Iterator[list[tuple[str, object]]]:
    """What is asked of the database meanwhile."""
    made: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        made.append((statement, parameters))

    engine = db._engines["read"]
    event.listen(engine, "before_cursor_execute", note)
    yield made
    event.remove(engine, "before_cursor_execute", note)


def plan(statement: str, parameters: object) -> str:
    with db._engines["read"].connect() as connection:
        word = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        return "\n".join(
            str(tuple(row)) for row in connection.exec_driver_sql(f"{word} {statement}", parameters)
        )  # type: ignore[arg-type]


def test_a_page_costs_few_statements_and_scans_no_table(app: Flask, many: None) -> None:
    for division in ("000000", CITY):
        for role, path in (
            ("portal_officer", "/admin/clients"),
            ("system_administrator", "/admin/deliveries?state=failed"),
        ):
            officer = Officer(app, role, division=division)
            officer.get(path)
            for page in (path, _next(officer, path)):
                with statements() as made:
                    assert officer.get(page).status_code == 200
                assert len(made) <= 6, [statement for statement, _ in made]
                for statement, parameters in made:
                    _demand_index(statement, parameters)


def _demand_index(statement: str, parameters: object) -> None:
    if " client" in statement or "logout_delivery" in statement:
        found = plan(statement, parameters)
        for table in ("client", "logout_delivery"):
            assert f"Seq Scan on {table}" not in found, found
            assert not re.search(rf"SCAN {table}'", found), found


def _next(officer: Officer, path: str) -> str:
    _, _, rest = officer.get(path).text.partition('class="paging"><a href="')
    following = rest.partition('"')[0].replace("&amp;", "&")
    assert following, "there is a second page"
    return following
