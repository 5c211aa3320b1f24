"""Codes of administrative divisions (GB/T 2260-2007) and who reaches whom.

Six digits, two a level: province, city, county. ``000000`` stands for the nation, which the standard does not
number.
"""

import re
from dataclasses import dataclass
from typing import Literal

from idp.base.errors import Rejected

Kind = Literal["nation", "province", "city", "county"]

NATION = "000000"
#: Levels from above, for comparing.
KINDS: tuple[Kind, ...] = ("nation", "province", "city", "county")
#: The rank of the nation, and of the command line.
HIGHEST = 0
#: The rank of whoever stands nowhere: what only time stopped, everybody within reach lets in.
LOWEST = 2 * len(KINDS) - 1

_CODE = re.compile(r"[0-9]{6}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """One division of the tree."""

    code: str
    name: str
    name_en: str

    @property
    def kind(self) -> Kind:
        """Its level."""
        return kind_of(self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A public body within a division."""

    id: str
    division: str
    name: str
    name_en: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What somebody administers: a division with all below it, or one department alone.

    Never a sibling, never a parent. Whatever is administered stands at a division and perhaps at a
    department; what stands nowhere is reached from the nation only.
    """

    division: str
    department: str = ""

    def covers(self, division: str, department: str = "") -> bool:
        """Whether something that stands there is within reach."""
        if self.department:
            return department == self.department
        return (division or NATION).startswith(prefix(self.division))

    @property
    def kind(self) -> Kind:
        """The level of the division."""
        return kind_of(self.division)

    @property
    def rank(self) -> int:
        """How high this stands, 0 for the nation; a department stands below its whole division."""
        return 2 * KINDS.index(self.kind) + bool(self.department)

    def at_least(self, kind: Kind) -> bool:
        """Whether this is a whole division of that level or above."""
        return not self.department and KINDS.index(self.kind) <= KINDS.index(kind)


def stopped_by(rank: int, before: int | None) -> int:
    """The rank of the highest who stopped something."""
    return rank if before is None else min(rank, before)


def demand_rank(rank: int, stopped: int | None) -> None:
    """Raise ``Rejected`` for whoever stands below the one who stopped something: his word holds."""
    if stopped is not None and rank > stopped:
        raise Rejected("stopped.above", "It was stopped at a higher level", why="stopped above", status=403)


def checked(code: str) -> str:
    """The code, or ``Rejected``: six digits, and no level left out above one that is there."""
    if not _CODE.fullmatch(code) or (code[:2] == "00" and code != NATION):
        raise Rejected("division.code", "The code of a division has six digits", why="form")
    if code[2:4] == "00" and code[4:] != "00":
        raise Rejected("division.code", "The code of a division names a county without a city", why="gap")
    return code


def kind_of(code: str) -> Kind:
    """The level of a code."""
    return KINDS[len(prefix(code)) // 2]


def parent_of(code: str) -> str | None:
    """The code of the division above; none above the nation."""
    start = prefix(code)
    return start[:-2].ljust(6, "0") if start else None


def prefix(code: str) -> str:
    """The digits that every code within a division begins with."""
    for length in (6, 4, 2):
        if code[length - 2 : length] != "00":
            return code[:length]
    return ""
