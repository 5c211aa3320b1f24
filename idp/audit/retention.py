"""How long events are kept, and what a clean-up leaves behind so that the rest can still be verified.

A clean-up is an event of the record, ``audit.clean``: the month that went, how many events, and a place of
the chain before which places may go, too. That place has a signed root and stays: the rest hangs on it.
Places behind it whose events were of the month stay without them, so the chain has no gap (decision 0029).

What the event says is nobody's word but the database's. So it excuses nothing but places that a root, signed
400 days ago or earlier, has behind it: nobody makes a signature of before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import orjson

from idp.audit.event import Event
from idp.audit.months import Month
from idp.audit.roots import Root
from idp.audit.witness import LEAST_DAYS
from idp.base import clock

_DAY = 86_400


def settled(stored: Iterable[Root]) -> int:
    """The last place that has been sealed for 400 days, as a signed root proves; 0 if none has.

    A root behind a younger one proves nothing: it was signed by a clock that was set back.
    """
    now, last = clock.now(), 0
    for root in stored:
        if root.time <= now - LEAST_DAYS * _DAY:
            last = root.seq
        elif root.time <= now:
            break
    return last


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaning:
    """What the newest clean-up says was removed."""

    event_id: str
    month: Month
    count: int
    seq: int
    """The place before which places may be gone; 0 if none may."""
    hash: str

    @classmethod
    def of(cls, event: Event | None) -> Self | None:
        """Read an event ``audit.clean``; one that is none, too early or of the future excuses nothing."""
        if event is None:
            return None
        try:
            detail = orjson.loads(event.detail)
            month = Month.named(detail["month"])
            found = cls(
                event_id=event.id, month=month, count=int(detail["count"]), seq=int(detail["seq"]),
                hash=str(detail["hash"]),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError):
            return None
        due = month.next.start + LEAST_DAYS * _DAY
        return found if due <= event.time // 1_000_000 <= clock.now() else None

    def covers(self, event_id: str) -> bool:
        """Whether an event may be gone."""
        return event_id < self.month.next.first_id
