"""What the policies of nation, province, city and county come to for a portal that stands somewhere."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from idp.announcements.announcement import MOST
from idp.base.errors import Unavailable
from idp.divisions import parent_of
from idp.policies.kinds import branding, items, rules
from idp.policies.kinds.branding import Branding
from idp.policies.kinds.items import Catalogue, Item
from idp.policies.kinds.notices import Notice, Notices
from idp.policies.kinds.rules import Rules
from idp.policies.policy import KindName


def path_of(division: str) -> tuple[str, ...]:
    """A division and all above it, the nation first."""
    found = [division]
    while (above := parent_of(found[-1])) is not None:
        found.append(above)
    return tuple(reversed(found))


@dataclass(frozen=True, kw_only=True)
class Combined:
    """What holds at one division."""

    catalogues: tuple[Catalogue, ...]
    """Those of the path, from the nation down."""
    rules: Rules
    branding: Branding
    notices: Notices
    """All of the path, the nearest first, past and future ones too."""

    def item(self, code: str) -> Item | None:
        """The item of a code; none that no division of the path knows."""
        return items.combined(self.catalogues, code)

    def told(self, moment: int) -> Notices:
        """What visitors are told then."""
        return tuple(one for one in self.notices if one.shown(moment))[:MOST]

    def search(self, typed: str, *, after: str = "", most: int = 50) -> list[Item]:
        """The items whose code begins so or whose name holds the text, by code, those behind ``after``."""
        wanted, found = typed.casefold(), []
        for code in self.codes[bisect_right(self.codes, after) :]:
            item = self.item(code)
            if item is not None and _matches(item, wanted):
                found.append(item)
                if len(found) == most:
                    break
        return found

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes of all items that are known here."""
        return tuple(sorted({code for catalogue in self.catalogues for code in catalogue}))


def _matches(item: Item, wanted: str) -> bool:
    names = (item.name.casefold(), item.name_en.casefold())
    return item.code.casefold().startswith(wanted) or any(wanted in name for name in names)


class Policies:
    """All policies that are in force, or would be; ``None`` stands for one that cannot be read."""

    def __init__(self, known: Mapping[tuple[KindName, str], Any]) -> None:
        self._known = known
        self._combined: dict[str, Combined] = {}

    def at(self, division: str) -> Combined:
        """What holds at a division; the same object until something changes."""
        found = self._combined.get(division)
        if found is None:
            found = self._combined[division] = self._combine(division)
        return found

    def own(self, kind: KindName, division: str) -> Any:
        """The policy of a kind at a division itself; ``None`` where there is none."""
        return self._known.get((kind, division))

    def above(self, kind: KindName, division: str) -> tuple[Any, ...]:
        """The policies of a kind at the divisions above one, the nation first."""
        return self._path(kind, path_of(division)[:-1])

    def replaced(self, kind: KindName, division: str, policy: Any) -> "Policies":
        """The policies as they would be with this one instead of that in force there."""
        return Policies({**self._known, (kind, division): policy})

    def _combine(self, division: str) -> Combined:
        path = path_of(division)
        notices: list[Notice] = []
        for found in reversed(self._path("notices", path)):
            notices += found
        return Combined(
            catalogues=self._path("items", path),
            rules=rules.combined(self._path("rules", path)),
            branding=branding.combined(self._path("branding", path)),
            notices=tuple(notices),
        )

    def _path(self, kind: KindName, path: tuple[str, ...]) -> tuple[Any, ...]:
        found = tuple(self._known[kind, one] for one in path if (kind, one) in self._known)
        if None not in found:
            return found
        if kind in ("items", "rules"):
            raise Unavailable(f"policies: {kind}")
        return tuple(one for one in found if one is not None)
