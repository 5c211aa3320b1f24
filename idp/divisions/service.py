"""Lasting changes of the administration tree: each in one transaction with its audit record."""

import csv
from collections.abc import Container
from uuid import uuid4

from sqlalchemy.orm import Session

from idp import audit
from idp.base import clock
from idp.base.errors import Rejected
from idp.divisions.division import NATION, Reach, checked, parent_of
from idp.divisions.models import DepartmentRow, DivisionRow
from idp.store.db import transaction

_LONGEST = 60
_MOST_LINES = 10_000


def import_divisions(text: str, *, reach: Reach, operator: str) -> int:
    """Take over divisions from CSV (``code,name,name_en``), all or none; how many were new or renamed.

    Raises ``Rejected("division.import")`` whose hint names the first wrong line.
    """
    rows = _rows(text, reach)
    return _put(rows, operator)


@transaction
def add_department(
    session: Session, *, division: str, name: str, name_en: str, reach: Reach, operator: str
) -> str:
    """Add a public body and give its id."""
    if reach.department or not reach.covers(division):
        raise Rejected("not_found", why="division out of reach", status=404)
    if division != NATION and session.get(DivisionRow, division) is None:
        raise Rejected("not_found", why="no such division", status=404)
    department_id = str(uuid4())
    session.add(
        DepartmentRow(
            id=department_id,
            division=division,
            name=_name(name),
            name_en=_name(name_en),
            active=True,
            created_at=clock.now(),
        )
    )
    audit.record_in(
        session, "department.change", action="added", department=department_id, division=division,
        operator=operator,
    )  # fmt: skip
    return department_id


@transaction
def _put(session: Session, rows: list[tuple[str, str, str]], operator: str) -> int:
    changed = 0
    given = {code for code, _, _ in rows} | {NATION}
    for code, name, name_en in rows:
        above = parent_of(code)
        if above not in given and session.get(DivisionRow, above) is None:
            raise Rejected("division.import", f"{code}: {above} is not there")
        row = session.get(DivisionRow, code)
        if row is None:
            session.add(DivisionRow(code=code, name=name, name_en=name_en, created_at=clock.now()))
        elif (row.name, row.name_en) != (name, name_en):
            row.name, row.name_en = name, name_en
        else:
            continue
        changed += 1
    if changed:
        audit.record_in(session, "division.import", count=changed, operator=operator)
    return changed


def _rows(text: str, reach: Reach) -> list[tuple[str, str, str]]:
    found: dict[str, tuple[str, str, str]] = {}
    for number, line in enumerate(_lines(text), start=1):
        if number == 1 and line[:1] == ["code"]:
            continue
        try:
            row = _row(line, reach, found)
        except Rejected as refused:
            raise Rejected("division.import", f"line {number}: {refused.hint}") from None
        found[row[0]] = row
        if len(found) > _MOST_LINES:
            raise Rejected("division.import", f"more than {_MOST_LINES} lines")
    return sorted(found.values())


def _lines(text: str) -> list[list[str]]:
    try:
        return list(csv.reader(text.splitlines(), strict=True))
    except csv.Error:
        raise Rejected("division.import", "this is not CSV") from None


def _row(line: list[str], reach: Reach, found: Container[str]) -> tuple[str, str, str]:
    if len(line) != 3:
        raise Rejected("division.import", "three columns are needed: code,name,name_en")
    code = checked(line[0].strip())
    if code == NATION:
        raise Rejected("division.import", "the nation is not imported")
    if code in found:
        raise Rejected("division.import", "the code stands twice")
    if reach.department or not reach.covers(code):
        raise Rejected("division.import", "the division is out of reach")
    return code, _name(line[1]), _name(line[2])


def _name(text: str) -> str:
    name = text.strip()
    if not 1 <= len(name) <= _LONGEST or not name.isprintable():
        raise Rejected("division.name", f"A name has 1 to {_LONGEST} printable characters")
    return name
