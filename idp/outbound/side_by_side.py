"""Calls that are due, each receiver's in turn and the receivers side by side: a slow one holds up itself."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_THREADS = 8

Row = TypeVar("Row")


def side_by_side(
    rows: Iterable[Row], receiver: Callable[[Row], str], serve: Callable[[list[Row]], int]
) -> int:
    """Give each receiver's rows to ``serve`` in a thread; the sum of what it counted."""
    receivers: dict[str, list[Row]] = {}
    for row in rows:
        receivers.setdefault(receiver(row), []).append(row)
    if not receivers:
        return 0
    with ThreadPoolExecutor(_THREADS) as pool:
        return sum(pool.map(serve, receivers.values()))
