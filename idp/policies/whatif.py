"""What a draft would have changed: recent entries judged once by what is in force and once by the draft.

Pure: entries and two judges in, counts out. Nobody can be recognised in the counts: of a group of fewer than
five persons they say only that (k-anonymity as in GB/T 37964-2019 Annex A).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

#: What becomes of an entry, the gravest first; it counts under the first that applies.
Outcome = Literal["refused", "higher", "again", "narrower", "eased", "unchanged"]
OUTCOMES: tuple[Outcome, ...] = ("refused", "higher", "again", "narrower", "eased", "unchanged")
#: Smaller groups are not counted out.
FEWEST = 5
#: Portals of the table, those with the most changed entries first.
PORTALS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What somebody asked for when he entered a portal; all that the policies look at."""

    client: str
    item: str
    scopes: str
    """As granted, separated by spaces."""
    level: int
    """What his session had reached."""
    legal: bool
    """Whether he acted for an organisation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """An entry of one person; ``age`` is how many seconds the login was old, when that is known."""

    entry: Entry
    person: str
    age: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What policies say to an entry: ``refused`` names why, ``lost`` the scopes it would not be given."""

    refused: str = ""
    level: int = 1
    max_age: int | None = None
    lost: frozenset[str] = frozenset()


Judge = Callable[[Entry], Asked]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many entries of how many persons; of fewer than five neither is told."""

    entries: int | None
    persons: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a draft would have changed, in counts that name nobody."""

    total: Size
    outcomes: tuple[tuple[Outcome, Size], ...]
    """Every outcome, those that did not come about as well."""
    levels: tuple[tuple[int, int, Size], ...]
    """From which level to which those would be asked."""
    reasons: tuple[tuple[str, Size], ...]
    scopes: tuple[tuple[str, Size], ...]
    portals: tuple[tuple[str, Size, Size], ...]
    """Portal, all its entries, and those that would change."""


@dataclass(slots=True)
class _Group:
    entries: int = 0
    persons: set[str] = field(default_factory=set)

    def add(self, person: str) -> None:
        self.entries += 1
        self.persons.add(person)

    def size(self) -> Size:
        count = len(self.persons)
        if 0 < count < FEWEST:
            return Size(entries=None, persons=None)
        return Size(entries=self.entries, persons=count)


class Tally:
    """Counts visits as they are read."""

    def __init__(self, before: Judge, after: Judge) -> None:
        self._before, self._after = cache(before), cache(after)
        self._total = _Group()
        self._outcomes: dict[Outcome, _Group] = defaultdict(_Group)
        self._levels: dict[tuple[int, int], _Group] = defaultdict(_Group)
        self._reasons: dict[str, _Group] = defaultdict(_Group)
        self._scopes: dict[str, _Group] = defaultdict(_Group)
        self._portals: dict[str, _Group] = defaultdict(_Group)
        self._changed: dict[str, _Group] = defaultdict(_Group)

    def add(self, visits: Iterable[Visit]) -> None:
        """Count some more."""
        for visit in visits:
            self._add(visit, self._before(visit.entry), self._after(visit.entry))

    def _add(self, visit: Visit, before: Asked, after: Asked) -> None:
        entry, person = visit.entry, visit.person
        found = outcome(visit, before, after)
        for group in (self._total, self._outcomes[found], self._portals[entry.client]):
            group.add(person)
        if found == "unchanged":
            return
        self._changed[entry.client].add(person)
        if found == "refused":
            self._reasons[after.refused].add(person)
            return
        if found == "higher":
            self._levels[entry.level, after.level].add(person)
        for scope in after.lost - before.lost:
            self._scopes[scope].add(person)

    def report(self) -> Report:
        """The counts so far."""
        portals = Counter({client: group.entries for client, group in self._changed.items()})
        first = sorted(portals, key=lambda client: (-portals[client], client))[:PORTALS]
        return Report(
            total=self._total.size(),
            outcomes=tuple((one, self._outcomes[one].size()) for one in OUTCOMES),
            levels=tuple((*pair, self._levels[pair].size()) for pair in sorted(self._levels)),
            reasons=_listed(self._reasons),
            scopes=_listed(self._scopes),
            portals=tuple((one, self._portals[one].size(), self._changed[one].size()) for one in first),
        )


def rounded(report: Report) -> Report:
    """The same in steps of five (GB/T 37964-2019 Annex A), for whoever may try one draft after another.

    Else a hidden group would be the sum less the others, or what two drafts differ by.
    """
    return Report(
        total=_about(report.total),
        outcomes=tuple((name, _about(size)) for name, size in report.outcomes),
        levels=tuple((old, new, _about(size)) for old, new, size in report.levels),
        reasons=tuple((name, _about(size)) for name, size in report.reasons),
        scopes=tuple((name, _about(size)) for name, size in report.scopes),
        portals=tuple((name, _about(every), _about(changed)) for name, every, changed in report.portals),
    )


def _about(size: Size) -> Size:
    if size.entries is None or size.persons is None:
        return size
    return Size(entries=FEWEST * round(size.entries / FEWEST), persons=FEWEST * round(size.persons / FEWEST))


def outcome(visit: Visit, before: Asked, after: Asked) -> Outcome:
    """What becomes of a visit; what is in force already and stays so changes nothing."""
    if after.refused and not before.refused:
        return "refused"
    if after.refused:
        return "unchanged"
    if visit.entry.level < after.level and before.level < after.level:
        return "higher"
    if _too_old(visit, after) and not _too_old(visit, before):
        return "again"
    if after.lost - before.lost:
        return "narrower"
    return "eased" if _eases(before, after) else "unchanged"


def _too_old(visit: Visit, asked: Asked) -> bool:
    return asked.max_age is not None and visit.age is not None and visit.age > asked.max_age


def _eases(before: Asked, after: Asked) -> bool:
    """Whether less would be asked than today."""
    return after.level < before.level or bool(before.lost - after.lost) or bool(before.refused)


def _listed(groups: dict[str, _Group]) -> tuple[tuple[str, Size], ...]:
    found = sorted(groups, key=lambda name: (-groups[name].entries, name))
    return tuple((name, groups[name].size()) for name in found)
