"""How a call can fail; ``why`` is for the log and the record, and holds no path, no query, no answer."""


class Failed(Exception):
    """A call without a usable answer."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Refused(Failed):
    """The address may not be called; nothing was sent."""


class Unreachable(Failed):
    """Nobody answered in time, or the answer is not what was asked for."""
