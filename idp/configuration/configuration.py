"""What is configured, by whom, and how a file of it is refused."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from idp.base.errors import Rejected
from idp.divisions import Reach

FORMAT = 1
LARGEST = 64 * 1024 * 1024
#: So many mistakes of a file are told; whoever made more begins with these.
MOST_TOLD = 50

Entry = dict[str, Any]
Action = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who applies: within reach, and only what the permissions name.

    ``machine``: it is the operator of the server itself, who needs no officer's word for what a manifest
    may say; what is restricted he does not grant either.
    """

    id: str
    reach: Reach
    permissions: frozenset[str]
    machine: bool = False

    def may(self, permission: str) -> bool:
        """Whether a change that needs this is the actor's to make."""
        return self.machine or permission in self.permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What applying does to one thing; ``fields`` maps each member to what it was and will be."""

    section: str
    name: str
    action: Action
    permission: str
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    subject: Any = field(default=None, repr=False, compare=False)
    """The judged thing itself, for whoever writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One mistake of a file: the line, the place in words, the reason, and its Chinese if known."""

    line: int
    place: str
    reason: str
    chinese: str = ""

    def __str__(self) -> str:
        return f"line {self.line}: {self.place}{': ' if self.place else ''}{self.reason}"


def plain(value: object) -> str:
    """A member's value as a reader sees it; nothing for what is not set."""
    if value is None or value == "":
        return ""
    if isinstance(value, str) and value.isprintable():
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


class Refused(Rejected):
    """A file of which nothing is applied; ``faults`` are told by line, the first of ``total``.

    One that reaches for what is out of reach is refused as not found.
    """

    def __init__(self, faults: Sequence[Fault], *, beyond: bool = False) -> None:
        self.total = len(faults)
        self.faults = tuple(sorted(faults, key=lambda one: one.line)[:MOST_TOLD])
        why = "; ".join(map(str, self.faults))[:500]
        super().__init__(
            "not_found" if beyond else "configuration.faults",
            "Nothing of the file was applied",
            why=f"out of reach: {why}" if beyond else why,
            status=404 if beyond else 422,
        )
