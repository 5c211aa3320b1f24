"""How many calls may be under way at once, to one host and in all: one slow host holds up no other."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from idp.outbound.deadline import Deadline
from idp.outbound.failures import Unreachable

MOST = 16
MOST_TO_ONE_HOST = 4

_under_way: Counter[str] = Counter()
_changed = Condition()


@contextmanager
def among(host: str, deadline: Deadline) -> Iterator[None]:
    """Wait for a place among the calls of this process; raises ``Unreachable`` at the deadline."""
    with _changed:
        if not _changed.wait_for(lambda: _open_to(host), deadline.left()):
            raise Unreachable("too many calls to this host are under way")
        _under_way[host] += 1
    try:
        yield
    finally:
        with _changed:
            _under_way[host] -= 1
            if not _under_way[host]:
                del _under_way[host]
            _changed.notify_all()


def _open_to(host: str) -> bool:
    return _under_way.total() < MOST and _under_way[host] < MOST_TO_ONE_HOST
