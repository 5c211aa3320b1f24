"""What the one screen shows. Nothing of a visitor outlives the visit: it stands in no cookie, file or log.

free ──touched──▶ asking ──approved──▶ serving ──left, or 60 s idle──▶ free
  ▲                 └─refused, too late─▶ told ──touched, or 10 s──┐
  └─────────────────────────────────────────────────────────────────┘
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from .provider import Codes, Over, Provider, Unreachable, Visitor, Waiting

IDLE = 60
TOLD = 10
Shown = Literal["free", "asking", "serving", "told"]


@dataclass
class Screen:
    """The state of the machine; whoever stands before it sees the same."""

    provider: Provider
    clock: Callable[[], float] = time.monotonic
    shown: Shown = "free"
    codes: Codes | None = field(default=None, repr=False)
    visitor: Visitor | None = field(default=None, repr=False)
    told: str = ""
    touched: float = 0.0
    interval: int = 5
    next_poll: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def touch(self) -> None:
        """Somebody wants to begin: ask for codes now, not before (nobody shall approve an empty hall)."""
        with self.lock:
            self._forget()
            try:
                self.codes = self.provider.ask()
            except Unreachable:
                self._tell("unreachable")
                return
            self.shown, self.interval = "asking", self.codes.interval
            self.next_poll = self.clock() + self.interval

    def leave(self) -> None:
        """The visitor goes; the platform is told, and everything is forgotten in any case."""
        with self.lock:
            self._end()

    def look(self) -> None:
        """Bring the screen up to date: poll when it is time, end what nobody uses any more."""
        with self.lock:
            moment = self.clock()
            if self.shown == "serving" and moment - self.touched >= IDLE:
                self._end()
            elif self.shown == "told" and moment - self.touched >= TOLD:
                self._forget()
            elif self.shown == "asking" and moment >= self.next_poll:
                self._poll()

    def _poll(self) -> None:
        assert self.codes is not None  # noqa: S101  (asking has codes)
        try:
            self.visitor = self.provider.poll(self.codes)
        except Waiting as waiting:
            self.interval += 5 if waiting.slower else 0
            self.next_poll = self.clock() + self.interval
        except Over as over:
            self._tell("refused" if over.refused else "late")
        except Unreachable:
            self._tell("unreachable")
        else:
            self.codes, self.shown, self.touched = None, "serving", self.clock()

    def _end(self) -> None:
        visitor = self.visitor
        self._forget()
        if visitor:
            with suppress(Unreachable):
                self.provider.give_back(visitor)

    def _tell(self, what: str) -> None:
        self._forget()
        self.shown, self.told, self.touched = "told", what, self.clock()

    def _forget(self) -> None:
        self.shown, self.codes, self.visitor, self.told = "free", None, None, ""
