"""What the visitors of portals are told for a while: known by what they say, since a file gives no ids."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from idp import announcements
from idp.announcements import Announcement, announcement, service
from idp.base import clock
from idp.base.clock import SHANGHAI
from idp.base.errors import Rejected
from idp.configuration.configuration import Change, Entry
from idp.configuration.judging import Judging
from idp.configuration.sections import clients
from idp.configuration.sections.section import Fetched, Section, anywhere
from idp.divisions import Reach
from idp.notation.reading import Path

NAME = "announcements"
_PERMISSION = "admin:announcements:write"
_MEMBERS = dict.fromkeys(("client_id", "starts_at", "ends_at", "text", "text_en"), str)
Content = tuple[str, int, int, str, str]


def _read(_reach: Reach, sections: dict[str, list[Entry]]) -> list[Entry]:
    portals = {entry["client_id"] for entry in sections[clients.NAME]}
    return sorted(
        (_entry(one) for one in _ahead() if one.client_id in portals), key=lambda entry: tuple(entry.values())
    )


def _ahead() -> Iterator[Announcement]:
    after = ""
    while some := announcements.ahead(after):
        yield from some
        after = some[-1].id


def _entry(one: Announcement) -> Entry:
    return {
        "client_id": one.client_id,
        "starts_at": _written(one.starts_at),
        "ends_at": _written(one.ends_at),
        "text": one.text,
        "text_en": one.text_en,
    }


def _written(moment: int) -> str:
    return datetime.fromtimestamp(moment, SHANGHAI).isoformat()


def _judge(judging: Judging) -> None:
    known = {_content_of(one): one for one in _ahead()}
    portals = _portals(judging)
    said: set[Content] = set()
    added: list[tuple[Path, Change]] = []
    for position, entry in enumerate(judging.entries(NAME)):
        path: Path = (NAME, position)
        if not judging.shaped(path, entry, _MEMBERS, {}):
            continue
        content = _content(judging, path, entry)
        if content is None:
            continue
        if content[0] not in portals:
            judging.absent((*path, "client_id"))
            continue
        if content in said:
            judging.fault(path, "stands in the file twice")
        said.add(content)
        if content not in known and content[2] > clock.now() and _fit(judging, path, content):
            added.append((path, _change(content, "added", _announcement(content, judging.actor.id))))
    removed = [
        _change(content, "removed", one.id)
        for content, one in known.items()
        if content not in said and judging.prune and NAME in judging.document
        if content[0] in portals
    ]
    _count(judging, Counter(content[0] for content in known), added, removed)
    judging.changes += [*removed, *(change for _, change in added)]


def _content(judging: Judging, path: Path, entry: dict[str, str]) -> Content | None:
    moments = []
    for member in ("starts_at", "ends_at"):
        try:
            moment = datetime.fromisoformat(entry[member])
            moments.append(int((moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).timestamp()))
        except (ValueError, OverflowError):
            judging.fault((*path, member), "must be a time such as 2026-01-31T09:00:00+08:00")
    if len(moments) < 2:
        return None
    return entry["client_id"], moments[0], moments[1], entry["text"], entry["text_en"]


def _portals(judging: Judging) -> set[str]:
    """Portals that the file configures or that are in force within its reach."""
    listed = (*judging.entries(clients.NAME), *judging.in_force(clients.NAME))
    return {str(one.get("client_id")) for one in listed if isinstance(one, dict)}


def _fit(judging: Judging, path: Path, content: Content) -> bool:
    before = len(judging.faults)
    for member, text in (("text", content[3]), ("text_en", content[4])):
        try:
            if announcement.demand_text(text) != text:
                judging.fault((*path, member), "neither begins nor ends with spaces")
        except Rejected as refused:
            judging.fault((*path, member), refused.hint)
    try:
        announcement.demand_span(content[1], content[2])
    except Rejected as refused:
        judging.fault((*path, "ends_at"), refused.hint)
    return len(judging.faults) == before


def _count(
    judging: Judging, standing: Counter[str], added: list[tuple[Path, Change]], removed: list[Change]
) -> None:
    """No portal has more at once than are still read."""
    standing.subtract(Counter(change.name for change in removed))
    for path, change in added:
        standing[change.name] += 1
        if standing[change.name] > announcement.MOST:
            judging.fault(path, f"is one too many: a portal has {announcement.MOST} announcements at most")


def _change(content: Content, action: Any, subject: Announcement | str) -> Change:
    text = f"{content[3]} ({_written(content[1])} - {_written(content[2])})"
    told = (None, text) if action == "added" else (text, None)
    return Change(
        section=NAME,
        name=content[0],
        action=action,
        permission=_PERMISSION,
        fields={"text": told},
        subject=subject,
    )


def _announcement(content: Content, operator: str) -> Announcement:
    client_id, starts_at, ends_at, text, text_en = content
    return Announcement(
        id=str(uuid4()), client_id=client_id, text=text, text_en=text_en, starts_at=starts_at,
        ends_at=ends_at, created_at=clock.now(), created_by=operator,
    )  # fmt: skip


def _content_of(one: Announcement) -> Content:
    return one.client_id, one.starts_at, one.ends_at, one.text, one.text_en


def _write(session: Session, changes: Sequence[Change], operator: str, _fetched: Fetched) -> None:
    for change in changes:
        if change.action == "removed":
            service.remove(session, change.name, change.subject, operator=operator)
        else:
            service.put(session, change.subject)


SECTION = Section(name=NAME, applies=anywhere, read=_read, judge=_judge, write=_write)
