"""Which proofs were shown before: in this process, or in a store that all processes share."""

import threading
import time
from collections import OrderedDict


class Replays:
    """Marks in the memory of one process, oldest forgotten first.

    With several processes give ``ResourceServer`` a function of the same shape that marks in a store they
    share, for instance Redis ``SET key 1 NX EX seconds``.
    """

    def __init__(self, most: int = 100_000) -> None:
        self._most = most
        self._marks: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, mark: str, seconds: int) -> bool:
        """Whether this is the first time ``mark`` is shown within ``seconds``."""
        moment = time.monotonic()
        with self._lock:
            while self._marks and next(iter(self._marks.values())) <= moment:
                self._marks.popitem(last=False)
            if mark in self._marks or len(self._marks) >= self._most:
                # Full: refuse rather than forget a proof that could still be replayed.
                return False
            self._marks[mark] = moment + seconds
        return True
