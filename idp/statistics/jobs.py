"""What the worker does for the statistics: count what the record has gained, drop what is old."""

from datetime import datetime, timedelta

from idp.base import clock
from idp.base.clock import SHANGHAI
from idp.statistics import service

_BATCH = 2000
#: Batches in one round, so that a long record is counted without holding up the other jobs.
_BATCHES = 5
_KEEP_HOURS = timedelta(days=8)
_KEEP_DAYS = timedelta(days=400)
_EVERY = 3600

_last = 0


def count_record() -> int:
    """Count the places of the chain that are new; how many."""
    total = 0
    for _ in range(_BATCHES):
        counted = service.count(_BATCH)
        total += counted
        if counted < _BATCH:
            break
    return total


def forget_counters() -> int:
    """Drop what is kept no longer, once an hour; how many."""
    global _last
    if clock.now() < _last + _EVERY:
        return 0
    _last = clock.now()
    now = datetime.fromtimestamp(_last, SHANGHAI)
    return service.forget(
        hours_before=f"{now - _KEEP_HOURS:%Y-%m-%dT%H}", days_before=f"{now - _KEEP_DAYS:%Y-%m-%d}"
    )
