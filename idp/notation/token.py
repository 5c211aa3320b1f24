"""A text as tokens: what both notations have in common, each with the line it stands in."""

from typing import Any, Literal, NamedTuple

Kind = Literal["{", "}", "[", "]", "value"]


class Token(NamedTuple):
    """An opening, a closing or a plain value."""

    kind: Kind
    value: Any
    line: int


class Unreadable(ValueError):
    """A text that is not read; ``line`` is where the reason stands, from 1."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
