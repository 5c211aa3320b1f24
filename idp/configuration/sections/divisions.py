"""Divisions of the administration tree (GB/T 2260); none is ever taken out: too much stands in them."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from idp import divisions
from idp.base.errors import Rejected
from idp.configuration.configuration import Change, Entry
from idp.configuration.judging import Judging
from idp.configuration.sections.section import Fetched, Section, whole_division
from idp.divisions import NATION, Division, Reach, parent_of, service
from idp.divisions.division import checked
from idp.notation.reading import Path

NAME = "divisions"
_MEMBERS = {"code": str, "name": str, "name_en": str}
_MOST = 1000


def _read(reach: Reach, _sections: dict[str, list[Entry]]) -> list[Entry]:
    found: list[Entry] = []
    while True:
        after = found[-1]["code"] if found else ""
        some = divisions.divisions(reach, after=after, most=_MOST)
        found += [{"code": one.code, "name": one.name, "name_en": one.name_en} for one in some]
        if len(some) < _MOST:
            return found


def _judge(judging: Judging) -> None:
    given = judging.named(NAME, "code")
    for path, entry, before in judging.differing(NAME, "code", _MEMBERS, {}):
        division = _division(judging, path, entry, given)
        if division is not None:
            judging.changed(
                NAME, division.code, before, entry, permission="admin:divisions:write", subject=division
            )


def _division(judging: Judging, path: Path, entry: Entry, given: set[str]) -> Division | None:
    code = entry["code"]
    try:
        checked(code)
    except Rejected as refused:
        judging.fault((*path, "code"), refused.hint)
        return None
    if code == NATION:
        judging.fault((*path, "code"), "the nation is always there")
        return None
    if not judging.reach.covers(code) or judging.reach.department:
        judging.absent((*path, "code"))
        return None
    above = parent_of(code) or NATION
    if above not in given and divisions.find(above) is None:
        judging.fault((*path, "code"), f"{above}, which it lies in, is not there")
    names = named(judging, path, entry)
    return Division(code=code, name=names[0], name_en=names[1]) if names else None


def named(judging: Judging, path: Path, entry: Entry) -> tuple[str, str] | None:
    """Both names of a place as they are kept, if they are fit."""
    found = []
    for member in ("name", "name_en"):
        try:
            found.append(service.name_of(entry[member]))
        except Rejected as refused:
            judging.fault((*path, member), refused.hint)
            continue
        if found[-1] != entry[member]:
            judging.fault((*path, member), "neither begins nor ends with spaces")
    return (found[0], found[1]) if len(found) == 2 else None


def _write(session: Session, changes: Sequence[Change], operator: str, _fetched: Fetched) -> None:
    service.put_divisions(session, [change.subject for change in changes], operator=operator)


SECTION = Section(name=NAME, applies=whole_division, read=_read, judge=_judge, write=_write)
