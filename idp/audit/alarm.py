"""Alarms: what somebody should look at, raised once an episode and ended when its signs are gone."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import ColumnElement, select

from idp.audit.queries import ALARMS
from idp.store import db

Kind = Literal["lookup", "root", "spray", "stream", "writer"]
KINDS: tuple[Kind, ...] = ("lookup", "root", "spray", "stream", "writer")
#: An episode is over when so many seconds have passed without a sign of it.
QUIET = 900

#: Tells where an operator or a portal stands: division and department, both empty where nobody knows.
_stands: Callable[[str], tuple[str, str]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What one look found; of one episode there is a sign at each look while it lasts."""

    kind: Kind
    subject: str
    """An address, an operator, a client, or the part of the record that stands still."""
    count: int
    """How many persons, seconds or events."""
    window: int = 0
    """Seconds looked back."""
    division: str = ""
    """Where the subject stands, by which officers see the alarms of their own reach; empty: the platform."""
    department: str = ""

    @property
    def key(self) -> str:
        """The same for all signs of an episode."""
        return f"{self.kind}|{self.subject}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One episode."""

    id: str
    kind: str
    subject: str
    count: int
    """The most that was seen."""
    began_at: int
    seen_at: int
    ended_at: int | None
    """When its signs were found to be gone; until then it is open."""
    division: str
    department: str


_COLUMNS = [
    ALARMS.c[name]
    for name in (
        "id", "kind", "subject", "count", "began_at", "seen_at", "ended_at", "division", "department",
    )
]  # fmt: skip


def stand_by(find: Callable[[str], tuple[str, str]]) -> None:
    """Let alarms about an operator or a portal belong to the place where it stands."""
    global _stands
    _stands = find


def placed(sign: Sign) -> Sign:
    """The sign with the place of its subject; an address and a part of the record stand nowhere."""
    if sign.kind != "lookup" or _stands is None:
        return sign
    division, department = _stands(sign.subject)
    return replace(sign, division=division, department=department)


def alarms(
    *,
    open_only: bool = False,
    kind: str = "",
    cursor: str = "",
    limit: int = 50,
    division: str = "",
    department: str = "",
) -> list[Alarm]:
    """Alarms, newest first; the id of the last one is the cursor of the next page.

    Those of a department, or of a division and all within it (GB/T 2260, two digits a level); of all
    without either.
    """
    wanted = _within(division, department)
    if kind:
        wanted.append(ALARMS.c.kind == kind)
    if open_only:
        wanted.append(ALARMS.c.open.is_not(None))
    if cursor:
        wanted.append(ALARMS.c.id < cursor)
    statement = select(*_COLUMNS).where(*wanted).order_by(ALARMS.c.id.desc()).limit(limit)
    return [Alarm(**found._mapping) for found in db.fetch_all(statement)]


def _within(division: str, department: str) -> list[ColumnElement[bool]]:
    if department:
        return [ALARMS.c.department == department]
    start = re.sub(r"(?:00)+$", "", division)
    return [ALARMS.c.division.between(start.ljust(6, "0"), start.ljust(6, "9"))] if start else []


def strongest(signs: Iterable[Sign]) -> dict[str, Sign]:
    """One sign an episode: the one that says most."""
    found: dict[str, Sign] = {}
    for sign in signs:
        if sign.key not in found or found[sign.key].count < sign.count:
            found[sign.key] = sign
    return found
