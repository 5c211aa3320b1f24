"""Public bodies; none is ever taken out, but one may be closed: accounts and portals name it."""

import re
from collections.abc import Sequence

from sqlalchemy.orm import Session

from idp import divisions
from idp.configuration.configuration import Change, Entry
from idp.configuration.judging import Judging
from idp.configuration.sections.divisions import named
from idp.configuration.sections.section import Fetched, Section, anywhere
from idp.divisions import NATION, Department, Reach, service
from idp.notation.reading import Path

NAME = "departments"
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_MEMBERS = {"id": str, "division": str, "name": str, "name_en": str, "active": bool}
_OPTIONAL = {"active": True}
_MOST = 1000


def _read(reach: Reach, _sections: dict[str, list[Entry]]) -> list[Entry]:
    found: list[Entry] = []
    after = ""
    while some := divisions.departments(reach, after=after, most=_MOST):
        found += map(_entry, some)
        after = some[-1].id
    return found


def _entry(one: Department) -> Entry:
    said = {"id": one.id, "division": one.division, "name": one.name, "name_en": one.name_en}
    return said if one.active else {**said, "active": False}


def _judge(judging: Judging) -> None:
    listed = judging.named("divisions", "code")
    for path, entry, before in judging.differing(NAME, "id", _MEMBERS, _OPTIONAL):
        department = _department(judging, path, entry, before, listed)
        if department is not None:
            judging.changed(
                NAME, department.id, before, entry, permission="admin:divisions:write", subject=department
            )


def _department(
    judging: Judging, path: Path, entry: Entry, before: Entry | None, listed: set[str]
) -> Department | None:
    if not _ID.fullmatch(entry["id"]):
        judging.fault((*path, "id"), "must be a UUID in lower-case letters")
        return None
    if before is None and (judging.reach.department or divisions.department(entry["id"])):
        judging.absent((*path, "id"))
        return None
    if not judging.reach.covers(entry["division"], entry["id"]):
        judging.absent((*path, "division"))
        return None
    if before and before["division"] != entry["division"]:
        judging.fault((*path, "division"), "of a department never changes")
    elif not before and not _stands(entry["division"], listed):
        judging.fault((*path, "division"), "is not there")
    names = named(judging, path, entry)
    if names is None:
        return None
    return Department(
        id=entry["id"], division=entry["division"], name=names[0], name_en=names[1], active=entry["active"]
    )


def _stands(code: str, listed: set[str]) -> bool:
    return code == NATION or code in listed or divisions.find(code) is not None


def places(judging: Judging) -> dict[str, str]:
    """The division of each department that is there or will be."""
    listed = (*judging.in_force(NAME), *judging.entries(NAME))
    return {str(one.get("id")): str(one.get("division")) for one in listed if isinstance(one, dict)}


def _write(session: Session, changes: Sequence[Change], operator: str, _fetched: Fetched) -> None:
    for change in changes:
        service.put_department(session, change.subject, operator=operator)


SECTION = Section(name=NAME, applies=anywhere, read=_read, judge=_judge, write=_write)
