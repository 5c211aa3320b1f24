"""Reads of the administration tree."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, false, select, true

from idp.divisions.division import NATION, Department, Division, Reach, prefix
from idp.divisions.models import DepartmentRow, DivisionRow
from idp.store import db

_NATION = Division(code=NATION, name="全国", name_en="The nation")


def within(reach: Reach, division: Any, department: Any = None) -> ColumnElement[bool]:
    """``reach.covers`` as a condition on columns; without a column for it, a department reaches no row."""
    if reach.department:
        return false() if department is None else department == reach.department
    # A range, not a pattern: every database finds it in an index, whatever its collation.
    start = prefix(reach.division)
    return division.between(start.ljust(6, "0"), start.ljust(6, "9")) if start else true()


def find(code: str) -> Division | None:
    """The division of a code."""
    if code == NATION:
        return _NATION
    row = db.fetch_one(_divisions().where(DivisionRow.code == code))
    return Division(code=row.code, name=row.name, name_en=row.name_en) if row else None


def divisions(reach: Reach, *, after: str = "", most: int = 100) -> tuple[Division, ...]:
    """Divisions within reach by code, those behind ``after``; the nation is not listed."""
    found = (
        _divisions()
        .where(within(reach, DivisionRow.code), DivisionRow.code > after)
        .order_by(DivisionRow.code)
        .limit(most)
    )
    return tuple(Division(code=row.code, name=row.name, name_en=row.name_en) for row in db.fetch_all(found))


def department(department_id: str) -> Department | None:
    """The department of an id."""
    row = db.fetch_one(_departments().where(DepartmentRow.id == department_id))
    return Department(**row._mapping) if row else None


def named(codes: Collection[str], ids: Collection[str]) -> dict[str, Division | Department]:
    """Divisions of these codes and departments of these ids, for a page that names many places."""
    found: dict[str, Division | Department] = {NATION: _NATION}
    for row in db.fetch_all(_divisions().where(DivisionRow.code.in_(codes))):
        found[row.code] = Division(code=row.code, name=row.name, name_en=row.name_en)
    for row in db.fetch_all(_departments().where(DepartmentRow.id.in_(ids))) if ids else ():
        found[row.id] = Department(**row._mapping)
    return found


def place(text: str) -> Reach:
    """What a form names by a division's code or a department's id; whether it is there is not looked at."""
    if found := department(text):
        return Reach(division=found.division, department=found.id)
    return Reach(division=text)


def departments(reach: Reach, *, after: str = "", most: int = 100) -> tuple[Department, ...]:
    """Departments within reach by id, those behind ``after``."""
    found = (
        _departments()
        .where(within(reach, DepartmentRow.division, DepartmentRow.id), DepartmentRow.id > after)
        .order_by(DepartmentRow.id)
        .limit(most)
    )
    return tuple(Department(**row._mapping) for row in db.fetch_all(found))


def _divisions() -> Select[*tuple[Any, ...]]:
    return select(DivisionRow.code, DivisionRow.name, DivisionRow.name_en)


def _departments() -> Select[*tuple[Any, ...]]:
    return select(
        DepartmentRow.id,
        DepartmentRow.division,
        DepartmentRow.name,
        DepartmentRow.name_en,
        DepartmentRow.active,
    )
