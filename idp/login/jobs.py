"""What the worker does for the throttle: drop counters that are over, so that the table stays small."""

from idp.base.clock import now
from idp.login import service

#: Seconds between two sweeps.
_PACE = 60
_next = 0


def forget_failures() -> int:
    """Drop the counters that are over, once a minute; how many."""
    global _next
    moment = now()
    if moment < _next:
        return 0
    _next = moment + _PACE
    return service.forget(moment)
