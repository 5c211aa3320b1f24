"""How long events are kept, and what a clean-up leaves behind so that the rest can still be verified.

A clean-up is an event of the record, ``audit.clean``: the month that went, how many events, and a place of
the chain before which places may go, too. That place has a signed root and stays: the rest hangs on it.
Places behind it whose events were of the month stay without them, so the chain has no gap (decision 0029).
"""

from dataclasses import dataclass
from typing import Self

import orjson

from idp.audit.event import Event
from idp.audit.months import Month

#: No setting can bring a site below this (互联网政务应用安全管理规定 art. 20: a year at least).
LEAST_DAYS = 400
_DAY = 86_400


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
        """Read an event ``audit.clean``; one that is none, or that came too early, excuses nothing."""
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
        return found if event.time // 1_000_000 >= month.next.start + LEAST_DAYS * _DAY else None

    def covers(self, event_id: str) -> bool:
        """Whether an event may be gone."""
        return event_id < self.month.next.first_id
