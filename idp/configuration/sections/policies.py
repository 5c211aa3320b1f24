"""Policies of divisions, the version in force of each: a file that leaves one out with ``prune`` empties it.

Notices that are over are neither in a file nor compared: nobody could publish them any more.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from idp import divisions
from idp.base import clock
from idp.base.errors import Rejected
from idp.configuration.configuration import Change, Entry
from idp.configuration.judging import Judging
from idp.configuration.sections.section import Fetched, Section, whole_division
from idp.divisions import Reach
from idp.divisions.division import checked
from idp.notation.reading import Path
from idp.policies import Faulty, KindName, diff, kinds, queries, service
from idp.policies.combination import path_of

NAME = "policies"
WHY = "按配置文件变更 / by a configuration file"
_MEMBERS = {"kind": str, "division": str, "document": dict}
_MOST = 200
Place = tuple[KindName, str]


def _read(reach: Reach, _sections: dict[str, list[Entry]]) -> list[Entry]:
    found: list[Entry] = []
    after = ("", "")
    while some := queries.listed(reach, after=after, most=_MOST):
        found += [entry for one in some if (entry := _in_force(one.kind, one.division))]
        after = (some[-1].division, some[-1].kind)
    return found


def _in_force(kind: KindName, division: str) -> Entry | None:
    """What a division says of a kind now; nothing, where it says nothing any more."""
    version = queries.current(kind, division)
    judge = kinds.find(kind)
    if version is None:
        return None
    document = _lasting(dict(version.document))
    empty = document == judge.document(judge.empty)
    return None if empty else {"kind": kind, "division": division, "document": document}


def _lasting(document: dict[str, Any]) -> dict[str, Any]:
    """A document without what is over."""
    notices = document.get("notices")
    if not isinstance(notices, list):
        return document
    moment = clock.now()
    return {**document, "notices": [one for one in notices if not _over(one, moment)]}


def _over(one: object, moment: int) -> bool:
    ends = one.get("ends_at") if isinstance(one, dict) else None
    return isinstance(ends, int) and ends <= moment


def _judge(judging: Judging) -> None:
    known = {_place(entry): entry["document"] for entry in judging.in_force(NAME)}
    said: dict[Place, Any] = {}
    found: list[tuple[Path, Place, dict[str, Any]]] = []
    listed = judging.named("divisions", "code")
    for position, entry in enumerate(judging.entries(NAME)):
        path: Path = (NAME, position)
        if not _placed(judging, path, entry, listed):
            continue
        place, document = _place(entry), _lasting(entry["document"])
        if place in said:
            judging.fault(path, "stands in the file twice")
        elif document != known.get(place) and (policy := _policy(judging, path, place, document)) is not None:
            said[place] = policy
            found.append((path, place, document))
        else:
            said[place] = None
    for path, place, document in found:
        _compare(judging, path, place, known.get(place), document, said)
    judging.changes += [
        _change(_place(entry), entry["document"], None, kinds.find(entry["kind"]).empty)
        for entry in judging.in_force(NAME)
        if judging.prune and NAME in judging.document and _place(entry) not in said
    ]


def _place(entry: Entry) -> Place:
    return kinds.find(entry["kind"]).name, entry["division"]


def _placed(judging: Judging, path: Path, entry: Any, listed: set[str]) -> bool:
    """Whether an entry names a kind and a division within reach."""
    if not judging.shaped(path, entry, _MEMBERS, {}):
        return False
    if entry["kind"] not in kinds.REGISTER:
        judging.fault((*path, "kind"), f"must be one of {' '.join(kinds.REGISTER)}")
        return False
    code = entry["division"]
    try:
        checked(code)
    except Rejected as refused:
        judging.fault((*path, "division"), refused.hint)
        return False
    if not judging.reach.covers(code) or not (code in listed or divisions.find(code)):
        judging.absent((*path, "division"))
        return False
    return True


def _policy(judging: Judging, path: Path, place: Place, document: dict[str, Any]) -> Any:
    """The policy of a document, if it is one."""
    try:
        return kinds.find(place[0]).read(document)
    except Faulty as faulty:
        _tell(judging, path, place, faulty)
        return None


def _compare(
    judging: Judging,
    path: Path,
    place: Place,
    before: dict[str, Any] | None,
    document: dict[str, Any],
    said: dict[Place, Any],
) -> None:
    """Add the change from what is in force, unless it is looser than what is said, or will be, above."""
    kind, division = place
    judge = kinds.find(kind)
    policy = said[place]
    standing = queries.current(kind, division)
    old = judge.empty if standing is None else judge.read(standing.document)
    if policy == old or judge.document(policy) == before:
        return
    above = [one for code in path_of(division)[:-1] if (one := _above(kind, code, said)) is not None]
    try:
        judge.demand(policy, old, above)
    except Faulty as faulty:
        _tell(judging, path, place, faulty)
        return
    judging.changes.append(_change(place, before, document, policy))


def _above(kind: KindName, division: str, said: dict[Place, Any]) -> Any:
    if (policy := said.get((kind, division))) is not None:
        return policy
    version = queries.current(kind, division)
    return None if version is None else kinds.find(kind).read(version.document)


def _tell(judging: Judging, path: Path, place: Place, faulty: Faulty) -> None:
    inner: tuple[str | int, ...] = ("document",)
    for fault in faulty.faults:
        steps: tuple[str | int, ...] = (fault.at, fault.column) if fault.at else (fault.column,)
        if place[0] == "items":
            steps = ("items", *steps)
        elif place[0] == "notices" and fault.at.isdecimal():
            steps = ("notices", int(fault.at) - 1, fault.column)
        judging.fault((*path, *inner, *(step for step in steps if step != "")), fault.english, fault.chinese)


def _change(place: Place, before: dict[str, Any] | None, after: dict[str, Any] | None, policy: Any) -> Change:
    kind, division = place
    judge = kinds.find(kind)
    told = diff(kind, before, judge.document(policy))
    return Change(
        section=NAME,
        name=f"{kind} {division}",
        action="removed" if after is None else "changed" if before else "added",
        permission=judge.permission,
        fields={f"{one.at} {one.member}".strip(): (one.old, one.new) for one in told},
        subject=(kind, division, policy),
    )


def _write(session: Session, changes: Sequence[Change], operator: str, _fetched: Fetched) -> None:
    # From the nation down: what a division may say depends on what those above it say.
    for change in sorted(changes, key=lambda one: path_of(one.subject[1])):
        kind, division, policy = change.subject
        service.put(session, kind, division, policy, why=WHY, operator=operator)


SECTION = Section(name=NAME, applies=whole_division, read=_read, judge=_judge, write=_write)
