"""Walk the chain and name the first thing wrong with the record (attack L26)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row

from idp.audit import chain, queries
from idp.audit.chain import GENESIS, Broken, Head

Wrong = Literal["altered", "damaged", "duplicated", "missing", "reordered", "truncated", "unlinked"]
_PLACE = 4  # seq, event_id, previous, hash; the event's columns follow


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """The first row that is not as it was written."""

    wrong: Wrong
    seq: int | None
    event_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a verification found."""

    checked: int
    head: Head | None
    waiting: int
    """Events that have no place in the chain yet."""
    head_kept: bool
    """Whether the newest place was known outside the database; without it a cut tail is not seen."""
    problem: Problem | None = None

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return self.problem is None


def verify() -> Report:
    """Check every row of the record; raises ``Unavailable`` when the database does not answer."""
    waiting = queries.unsealed()
    try:
        outside = chain.kept()
    except Broken as error:
        damaged = Problem(wrong="damaged", seq=None, event_id="", text=str(error))
        return Report(checked=0, head=None, waiting=waiting, head_kept=False, problem=damaged)
    walk = _Walk(outside)
    problem = walk.first_problem() or _outside_the_chain()
    return Report(
        checked=walk.checked,
        head=Head(seq=walk.seq, hash=walk.hash) if walk.seq else None,
        waiting=waiting,
        head_kept=outside is not None,
        problem=problem,
    )


class _Walk:
    """The state of one walk along the chain."""

    def __init__(self, outside: Head | None) -> None:
        self.outside = outside
        self.seq = 0
        self.hash = GENESIS
        self.checked = 0

    def first_problem(self) -> Problem | None:
        twice = queries.sealed_twice()
        for batch in queries.chain():
            for place in batch:
                if problem := self._step(place, batch, twice):
                    return problem
        if self.outside and self.seq < self.outside.seq:
            text = f"the chain ends at {self.seq}; {self.outside.seq} was its end"
            return Problem(wrong="truncated", seq=self.seq + 1, event_id="", text=text)
        return None

    def _step(self, place: Row[Any], batch: Sequence[Row[Any]], twice: str | None) -> Problem | None:
        seq, event_id, _, stored = tuple(place)[:_PLACE]
        wrong = self._wrong(place, batch, twice)
        if wrong == "missing" and seq != self.seq + 1:
            seq, event_id = self.seq + 1, ""
        if wrong:
            return Problem(wrong=wrong, seq=seq, event_id=event_id, text=_TEXTS[wrong])
        self.seq, self.hash = seq, stored
        self.checked += 1
        return None

    def _wrong(self, place: Row[Any], batch: Sequence[Row[Any]], twice: str | None) -> Wrong | None:
        seq, event_id, previous, stored = tuple(place)[:_PLACE]
        if seq != self.seq + 1 or place[_PLACE] is None:
            return "missing"
        if previous == self.hash and _hash(seq, previous, place) == stored:
            return self._unlike_the_head(seq, stored)
        if event_id == twice:
            return "duplicated"
        return "reordered" if _moved(place, batch) else "altered"

    def _unlike_the_head(self, seq: int, stored: str) -> Wrong | None:
        """A chain computed anew from some row on is whole in itself; the place kept outside tells."""
        return "altered" if self.outside and seq == self.outside.seq and stored != self.outside.hash else None


_TEXTS: dict[Wrong, str] = {
    "altered": "the row is not what was written",
    "duplicated": "the event stands in the chain twice",
    "missing": "the row was removed",
    "reordered": "the row stands in another's place",
}


def _hash(seq: int, previous: str, event_row: Row[Any]) -> str:
    try:
        return chain.link(seq, previous, queries.event_of(tuple(event_row)[_PLACE:]).line())
    except (TypeError, ValueError):
        return ""


def _moved(place: Row[Any], batch: Sequence[Row[Any]]) -> bool:
    """Whether a place fits another event, or an event another place, so that two changed seats."""
    seq, _, previous, stored = tuple(place)[:_PLACE]
    return any(
        _hash(seq, previous, other) == stored or _hash(other[0], previous, place) == stored for other in batch
    )


def _outside_the_chain() -> Problem | None:
    if event_id := queries.waiting_without_event():
        return Problem(wrong="missing", seq=None, event_id=event_id, text="removed before it was sealed")
    if event_id := queries.never_sealed():
        return Problem(wrong="unlinked", seq=None, event_id=event_id, text="never went through the recorder")
    return None
