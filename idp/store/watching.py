"""What a process remembers of tables that change seldom: renewed when the number of their last change rises.

The number is looked at once a second at most. When the database is away what is known so far stays.
"""

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress

from idp.base.errors import Unavailable
from idp.store import elsewhere

PAUSE = 1.0
"""Seconds between two looks at the number of the last change."""
_PATIENCE = 10
"""After a failed look, so many times its length passes before the next: waiting must not fill the day."""

log = logging.getLogger(__name__)


class Watching(ABC):
    """Tables remembered as of one change."""

    WHAT: str
    """What it is, as a log and a refusal name it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._version: int | None = None
        self._next_look = float("-inf")
        self._renewing = threading.Lock()

    def expire(self) -> None:
        """Look at the number again at the next request."""
        self._next_look = float("-inf")

    def _renewed(self) -> None:
        """Be as of now; raises ``Unavailable`` when nothing could ever be loaded.

        One thread renews; meanwhile the others go on with what there is, and wait only for the first load.
        """
        if self._version is None:
            elsewhere.run(self._renew)
        elif self._clock() >= self._next_look:
            # A database that hangs delays one request, and only so long: the others see that somebody renews.
            with suppress(Unavailable):
                elsewhere.run_within(PAUSE, self._renew)
        if self._version is None:
            raise Unavailable(self.WHAT)

    def _renew(self) -> None:
        if self._clock() >= self._next_look and self._renewing.acquire(blocking=self._version is None):
            try:
                if self._clock() >= self._next_look:
                    self._look()
            finally:
                self._renewing.release()

    def _look(self) -> bool:
        """Bring it up to date; whether the database answered."""
        began = self._clock()
        try:
            # The number is read first: a change that comes between shows at the next look.
            version = self._number()
            if version != self._version:
                self._load(version)
        except Unavailable:
            log.warning("%s: database away, what is known so far stays", self.WHAT)
            self._next_look = self._clock() + max(PAUSE, _PATIENCE * (self._clock() - began))
            return False
        self._next_look = self._clock() + PAUSE
        return True

    @abstractmethod
    def _number(self) -> int:
        """The number of the last change."""

    @abstractmethod
    def _load(self, version: int) -> None:
        """Read what changed since ``_version``, or everything, and be as of ``version``."""
