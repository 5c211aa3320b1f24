"""What a counter of failures bears, and what was kept of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """From ``slow_at`` failures within ``window`` seconds each costs a pause, from ``lock_at`` a longer."""

    window: int
    slow_at: int
    slow_pause: int
    lock_at: int
    lock_pause: int

    def arguments(self, charged: bool) -> tuple[int, ...]:
        """The script's arguments for a counter of this rule."""
        return (int(charged), self.window, self.slow_at, self.slow_pause, self.lock_at, self.lock_pause)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Failures of a counter that were answered: ``n`` since ``since``, no further try before ``until``."""

    n: int = 0
    since: int = 0
    until: int = 0

    def arguments(self) -> tuple[int, ...]:
        """The script's arguments."""
        return (self.n, self.since, self.until)


NOTHING = Kept()
