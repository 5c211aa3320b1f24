"""One deadline for a whole call, whatever the other side drags out."""

import time
from dataclasses import dataclass

from idp.outbound.failures import Unreachable


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment, on the clock that never jumps, at which a call is over."""

    moment: float

    def left(self) -> float:
        """Seconds that are left; raises ``Unreachable`` when none are."""
        seconds = self.moment - time.monotonic()
        if seconds <= 0:
            raise Unreachable("no answer in time")
        return seconds


def within(seconds: float) -> Deadline:
    """A deadline so many seconds from now."""
    return Deadline(time.monotonic() + seconds)
