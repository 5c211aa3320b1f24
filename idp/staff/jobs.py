"""What the worker does for staff accounts."""

from idp.base import clock
from idp.staff import service

_EVERY = 3600

_last = 0


def disable_unused() -> int:
    """Stop accounts that nobody used for long, looked for once an hour; how many."""
    global _last
    if clock.now() < _last + _EVERY:
        return 0
    _last = clock.now()
    return service.disable_unused()
