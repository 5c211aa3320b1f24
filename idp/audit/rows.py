"""Many rows in one statement: they travel as one JSON text, and the database takes it apart.

A parameter a value would cost the worker ten times as much as the rest of its work for an event, and what
is spooled is JSON already.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Select, TableClause, Text, bindparam, cast, column, func, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

Insert = postgresql.Insert | sqlite.Insert


def insert(session: Session, table: TableClause, rows: Iterable[bytes]) -> None:
    """Insert rows, each a JSON object of all columns."""
    session.execute(_insert(table, _dialect(session)), _parameters(rows))


def insert_new(session: Session, table: TableClause, key: str, rows: Iterable[bytes]) -> set[str]:
    """Insert the rows that are not there yet; returns their keys."""
    statement = _insert_new(table, key, _dialect(session))
    return {found for (found,) in session.execute(statement, _parameters(rows))}


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def _parameters(rows: Iterable[bytes]) -> dict[str, str]:
    return {"rows": f"[{b','.join(rows).decode()}]"}


@cache
def _insert_new(table: TableClause, key: str, dialect: str) -> ReturningInsert[Any]:
    return _insert(table, dialect).on_conflict_do_nothing().returning(table.c[key])


@cache
def _insert(table: TableClause, dialect: str) -> Insert:
    names = [each.name for each in table.c]
    if dialect == "postgresql":
        return postgresql.insert(table).from_select(names, _of_postgresql(table))
    return sqlite.insert(table).from_select(names, _of_sqlite(names))


def _of_postgresql(table: TableClause) -> Select[tuple[object, ...]]:
    text = cast(bindparam("rows", type_=Text()), postgresql.JSON())
    rows = func.json_to_recordset(text).table_valued(*(column(each.name, each.type) for each in table.c))
    return select(*rows.render_derived(with_types=True).c)


def _of_sqlite(names: list[str]) -> Select[tuple[object, ...]]:
    rows = func.json_each(bindparam("rows", type_=Text())).table_valued("value")
    # Without a WHERE, SQLite would take the ON of ON CONFLICT for that of a join.
    return select(*(func.json_extract(rows.c.value, f"$.{name}") for name in names)).where(true())
