"""Alarms: what somebody should look at, raised once an episode and ended when its signs are gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from idp.audit.queries import ALARMS
from idp.store import db

Kind = Literal["lookup", "root", "spray", "stream", "writer"]
KINDS: tuple[Kind, ...] = ("lookup", "root", "spray", "stream", "writer")
#: An episode is over when so many seconds have passed without a sign of it.
QUIET = 900


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


_COLUMNS = [ALARMS.c[name] for name in ("id", "kind", "subject", "count", "began_at", "seen_at", "ended_at")]


def alarms(*, open_only: bool = False, kind: str = "", cursor: str = "", limit: int = 50) -> list[Alarm]:
    """Alarms, newest first; the id of the last one is the cursor of the next page."""
    wanted = [ALARMS.c.kind == kind] if kind else []
    if open_only:
        wanted.append(ALARMS.c.open.is_not(None))
    if cursor:
        wanted.append(ALARMS.c.id < cursor)
    statement = select(*_COLUMNS).where(*wanted).order_by(ALARMS.c.id.desc()).limit(limit)
    return [Alarm(**found._mapping) for found in db.fetch_all(statement)]


def strongest(signs: Iterable[Sign]) -> dict[str, Sign]:
    """One sign an episode: the one that says most."""
    found: dict[str, Sign] = {}
    for sign in signs:
        if sign.key not in found or found[sign.key].count < sign.count:
            found[sign.key] = sign
    return found
