"""Lasting changes of the administration tree: each in one transaction with its audit record."""

import csv
from collections.abc import Container, Sequence
from uuid import uuid4

from sqlalchemy.orm import Session

from idp import audit
from idp.base import clock
from idp.base.errors import Rejected
from idp.divisions.division import NATION, Department, Division, Reach, checked, parent_of
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
    department = Department(
        id=str(uuid4()), division=division, name=name_of(name), name_en=name_of(name_en), active=True
    )
    put_department(session, department, operator=operator)
    return department.id


def put_department(session: Session, department: Department, *, operator: str) -> None:
    """Add or change a judged public body within a larger change; it never leaves its division."""
    row = session.get(DepartmentRow, department.id)
    action = "added" if row is None else "replaced"
    if row is None:
        row = DepartmentRow(id=department.id, division=department.division, created_at=clock.now())
        session.add(row)
    if row.division != department.division:
        raise Rejected("not_found", why="department of another division", status=404)
    row.name, row.name_en, row.active = department.name, department.name_en, department.active
    audit.record_in(
        session, "department.change", action=action, department=department.id,
        division=department.division, operator=operator,
    )  # fmt: skip


@transaction
def _put(session: Session, rows: list[Division], operator: str) -> int:
    return put_divisions(session, rows, operator=operator)


def put_divisions(session: Session, divisions: Sequence[Division], *, operator: str) -> int:
    """Add or rename judged divisions within a larger change; how many were new or renamed."""
    changed = 0
    given = {one.code for one in divisions} | {NATION}
    for one in divisions:
        above = parent_of(one.code)
        if above not in given and session.get(DivisionRow, above) is None:
            raise Rejected("division.import", f"{one.code}: {above} is not there")
        row = session.get(DivisionRow, one.code)
        if row is None:
            session.add(
                DivisionRow(code=one.code, name=one.name, name_en=one.name_en, created_at=clock.now())
            )
        elif (row.name, row.name_en) != (one.name, one.name_en):
            row.name, row.name_en = one.name, one.name_en
        else:
            continue
        changed += 1
    if changed:
        audit.record_in(session, "division.import", count=changed, operator=operator)
    return changed


def _rows(text: str, reach: Reach) -> list[Division]:
    found: dict[str, Division] = {}
    for number, line in enumerate(_lines(text), start=1):
        if number == 1 and line[:1] == ["code"]:
            continue
        try:
            row = _row(line, reach, found)
        except Rejected as refused:
            raise Rejected("division.import", f"line {number}: {refused.hint}") from None
        found[row.code] = row
        if len(found) > _MOST_LINES:
            raise Rejected("division.import", f"more than {_MOST_LINES} lines")
    return [found[code] for code in sorted(found)]


def _lines(text: str) -> list[list[str]]:
    try:
        return list(csv.reader(text.splitlines(), strict=True))
    except csv.Error:
        raise Rejected("division.import", "this is not CSV") from None


def _row(line: list[str], reach: Reach, found: Container[str]) -> Division:
    if len(line) != 3:
        raise Rejected("division.import", "three columns are needed: code,name,name_en")
    code = checked(line[0].strip())
    if code == NATION:
        raise Rejected("division.import", "the nation is not imported")
    if code in found:
        raise Rejected("division.import", "the code stands twice")
    if reach.department or not reach.covers(code):
        raise Rejected("division.import", "the division is out of reach")
    return Division(code=code, name=name_of(line[1]), name_en=name_of(line[2]))


def name_of(text: str) -> str:
    """A name as it is kept; raises ``Rejected``."""
    name = text.strip()
    if not 1 <= len(name) <= _LONGEST or not name.isprintable():
        raise Rejected("division.name", f"A name has 1 to {_LONGEST} printable characters")
    return name
