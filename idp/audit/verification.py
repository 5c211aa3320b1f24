"""Walk the chain and name the first thing wrong with the record (attack L26)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row

from idp.audit import chain, queries, roots, witness
from idp.audit.chain import GENESIS, Broken, Head
from idp.audit.retention import Cleaning, settled
from idp.audit.roots import Root

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
    roots: int = 0
    """Signed roots, each of which was compared with the chain."""
    vouched: bool = True
    """Whether the newest root is signed by a key that is ours now; it vouches for all before it."""
    removed: int = 0
    """Places whose events were removed at the end of their retention."""
    problem: Problem | None = None

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return self.problem is None


def verify(kept: Iterable[str] = ()) -> Report:
    """Check every row of the record; raises ``Unavailable`` when the database does not answer.

    ``kept`` are signed roots that somebody kept elsewhere; they are compared with the stored ones.
    """
    waiting = queries.unsealed()
    stored = queries.roots()
    try:
        outside = chain.kept()
        wrong = roots.fault(stored, [*roots.kept_outside(), *kept])
        if not wrong and stored and roots.foreign(stored[-1]):
            wrong = f"root {stored[-1].number} is signed by a key that was never ours"
        if wrong:
            return _nothing_walked(waiting, Problem(wrong="altered", seq=None, event_id="", text=wrong))
    except (Broken, witness.Wrong) as error:
        return _nothing_walked(waiting, Problem(wrong="damaged", seq=None, event_id="", text=str(error)))
    walk = _Walk(outside, stored, Cleaning.of(queries.newest("audit.clean")))
    problem = walk.first_problem() or _outside_the_chain()
    return Report(
        checked=walk.checked,
        head=Head(seq=walk.seq, hash=walk.hash) if walk.seq else None,
        waiting=waiting,
        head_kept=outside is not None,
        roots=len(stored),
        vouched=not stored or roots.vouched(stored[-1]),
        removed=walk.removed,
        problem=problem,
    )


def _nothing_walked(waiting: int, problem: Problem) -> Report:
    return Report(checked=0, head=None, waiting=waiting, head_kept=False, problem=problem)


class _Walk:
    """The state of one walk along the chain."""

    def __init__(self, outside: Head | None, stored: Collection[Root], cleaning: Cleaning | None) -> None:
        self.outside = outside
        self.roots = {root.seq: root for root in stored}
        self.settled = settled(stored)
        self.cleaning = cleaning
        self.seq = 0
        self.hash = GENESIS
        self.checked = self.removed = 0
        #: The first place that only a clean-up excuses, and whether that clean-up is itself in the record.
        self.excused: int | None = None
        self.cleaned = False

    def first_problem(self) -> Problem | None:
        for batch in queries.chain():
            for place in batch:
                if problem := self._step(place, batch):
                    return problem
        return self._cut() or self._excuse()

    def _cut(self) -> Problem | None:
        last = max([self.outside.seq if self.outside else 0, *self.roots])
        if self.seq >= last:
            return None
        text = f"the chain ends at {self.seq}; {last} was its end"
        return Problem(wrong="truncated", seq=self.seq + 1, event_id="", text=text)

    def _excuse(self) -> Problem | None:
        """What a clean-up excuses is excused only by one that has its own place, or waits for it."""
        if self.excused is None or self.cleaned or (self.cleaning and queries.waits(self.cleaning.event_id)):
            return None
        return Problem(wrong="missing", seq=self.excused, event_id="", text=_TEXTS["missing"])

    def _step(self, place: Row[Any], batch: Sequence[Row[Any]]) -> Problem | None:
        seq, event_id, previous, stored = tuple(place)[:_PLACE]
        if not self.seq and seq > 1 and self._may_begin(seq):
            self.seq, self.hash, self.excused = seq - 1, previous, 1
        wrong = self._wrong(place, batch)
        if wrong == "missing" and seq != self.seq + 1:
            seq, event_id = self.seq + 1, ""
        if wrong:
            return Problem(wrong=wrong, seq=seq, event_id=event_id, text=_TEXTS[wrong])
        if (root := self.roots.get(seq)) and root.hash != stored:
            text = f"root {root.number}, signed at this place, says otherwise"
            return Problem(wrong="altered", seq=seq, event_id=event_id, text=text)
        self.seq, self.hash = seq, stored
        self.checked += 1
        self.cleaned |= self.cleaning is not None and event_id == self.cleaning.event_id
        return None

    def _may_begin(self, seq: int) -> bool:
        """Whether the chain may begin at this place: what stood before went with a month."""
        known = self.cleaning is not None and self.cleaning.seq in self.roots
        return known and self.cleaning is not None and seq <= self.cleaning.seq <= self.settled

    def _wrong(self, place: Row[Any], batch: Sequence[Row[Any]]) -> Wrong | None:
        seq, event_id, previous, stored = tuple(place)[:_PLACE]
        if seq != self.seq + 1:
            return "missing"
        if place[_PLACE] is None:
            return self._gone(place)
        if previous == self.hash and _hash(seq, previous, place) == stored:
            return self._unlike_the_head(seq, stored)
        if queries.places(event_id) > 1:
            return "duplicated"
        return "reordered" if _moved(place, batch) else "altered"

    def _gone(self, place: Row[Any]) -> Wrong | None:
        seq, event_id, previous, stored = tuple(place)[:_PLACE]
        # The id of an event that is gone is in no hash: what counts is when its place was sealed.
        if self.cleaning is None or not self.cleaning.covers(event_id) or seq > self.settled:
            return "missing"
        if previous != self.hash:
            return "altered"
        self.removed += 1
        self.excused = self.excused or seq
        return self._unlike_the_head(seq, stored)

    def _unlike_the_head(self, seq: int, stored: str) -> Wrong | None:
        """A chain computed anew from some row on is whole in itself; the place kept outside tells."""
        at_head = self.outside is not None and seq == self.outside.seq
        return "altered" if self.outside and at_head and stored != self.outside.hash else None


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
