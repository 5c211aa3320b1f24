"""A file read against what is in force: every mistake with its place, every change with its like."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from idp.configuration.configuration import Actor, Change, Entry
from idp.divisions import Reach
from idp.notation.reading import Path

if TYPE_CHECKING:
    from idp.configuration.state import State

ABSENT = "is not there"
#: A mistake: where, why, and why in Chinese where the rule says it.
Found = tuple[Path, str, str]
_WORDS = {str: "text", bool: "true or false", dict: "keys and values", int: "a whole number", list: "a list"}


class Judging:
    """What the sections find; they add faults and changes, and decide nothing else."""

    def __init__(self, document: Mapping[str, Any], state: "State", actor: Actor, *, prune: bool) -> None:
        self.document = document
        self.state = state
        self.actor = actor
        self.prune = prune
        self.faults: list[Found] = []
        self.changes: list[Change] = []
        self.beyond = False
        """Whether something is out of reach, which is told as if it were not there, and recorded."""

    @property
    def reach(self) -> Reach:
        """What the file speaks of: never more than the officer reaches."""
        return self.state.reach

    def fault(self, path: Path, reason: str, chinese: str = "") -> None:
        """Note a mistake."""
        self.faults.append((path, reason, chinese))

    def absent(self, path: Path) -> None:
        """Note something out of reach."""
        self.beyond = True
        self.faults.append((path, ABSENT, ""))

    def changed(
        self, section: str, name: str, before: Entry | None, after: Entry, *, permission: str, subject: Any
    ) -> None:
        """Note an entry that is not as in force."""
        self.changes.append(
            Change(
                section=section,
                name=name,
                action="changed" if before else "added",
                permission=permission,
                fields=fields_of(before, after),
                subject=subject,
            )
        )

    def entries(self, section: str) -> list[Any]:
        """The entries of a section as they stand in the file; none where it has no such section."""
        found = self.document.get(section, [])
        return found if isinstance(found, list) else []

    def named(self, section: str, key: str) -> set[str]:
        """What the entries of a section in the file are called."""
        return {entry[key] for entry in self.entries(section)
                if isinstance(entry, dict) and isinstance(entry.get(key), str)}  # fmt: skip

    def in_force(self, section: str) -> list[Entry]:
        """The entries of a section in force."""
        return self.state.sections.get(section, [])

    def shaped(
        self, path: Path, entry: Any, members: Mapping[str, type], optional: Mapping[str, Any]
    ) -> bool:
        """Whether an entry has these members, of these types, and no others."""
        if not isinstance(entry, dict):
            self.fault(path, "must be keys and values")
            return False
        before = len(self.faults)
        for name in entry.keys() - members.keys():
            self.fault((*path, name), "is not a known key")
        for name, kind in members.items():
            if name not in entry:
                if name not in optional:
                    self.fault(path, f"{name} is missing")
            elif type(entry[name]) is not kind:
                self.fault((*path, name), f"must be {_WORDS[kind]}")
        return len(self.faults) == before

    def differing(
        self, section: str, key: str, members: Mapping[str, type], optional: Mapping[str, Any]
    ) -> Iterator[tuple[Path, Entry, Entry | None]]:
        """Entries that are not as in force, each with its path and what is in force under its key."""
        known = {entry[key]: {**optional, **entry} for entry in self.in_force(section)}
        seen: set[Any] = set()
        for position, entry in enumerate(self.entries(section)):
            path: Path = (section, position)
            if not self.shaped(path, entry, members, optional):
                continue
            if entry[key] in seen:
                self.fault((*path, key), "stands in the file twice")
                continue
            seen.add(entry[key])
            said = {**optional, **entry}
            if said != known.get(entry[key]):
                yield path, said, known.get(entry[key])

    def left_out(self, section: str, key: str) -> list[Entry]:
        """What is in force and not in the file, where the file says all there is."""
        if not self.prune or section not in self.document:
            return []
        named = self.named(section, key)
        return [entry for entry in self.in_force(section) if entry[key] not in named]


def fields_of(before: Entry | None, after: Entry | None) -> dict[str, tuple[Any, Any]]:
    """What differs between two entries, by member."""
    old, new = before or {}, after or {}
    names = [*new, *(name for name in old if name not in new)]
    return {name: (old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)}
