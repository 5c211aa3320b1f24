"""What a type of authorization details is: its members, its level, its words."""

import re
from dataclasses import dataclass
from typing import Any

from clients import texts

#: Names that stand in a request, and only there, may be told back in an answer (ASCII, no markup).
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member of a detail: a code of a fixed form, or a text that the person reads."""

    name: str
    label: str
    label_en: str
    form: re.Pattern[str] | None = None
    """``None`` for a text of up to 100 characters."""
    required: bool = True

    def fits(self, value: object) -> bool:
        """Whether the member may hold this."""
        if not isinstance(value, str):
            return False
        return bool(self.form.fullmatch(value)) if self.form else _readable(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailType:
    """A type, with every member it may have (RFC 9396 §2.1)."""

    name: str
    label: str
    label_en: str
    level: int
    """The lowest login level, 1 to 4, at which it can be agreed to."""
    members: tuple[Member, ...]

    def fault(self, entry: dict[str, Any]) -> str:
        """What is wrong with a detail of this type (§5): empty when nothing is."""
        known = {member.name: member for member in self.members}
        if entry.keys() - known.keys() - {"type"}:
            return "it has a member that its type does not have"
        for name, member in known.items():
            if name in entry and not member.fits(entry[name]):
                return f"{name} is malformed"
            if name not in entry and member.required:
                return f"{name} is missing"
        return ""

    def rows(self, entry: dict[str, Any]) -> list[tuple[Member, str]]:
        """What the person is shown, in the order of the type."""
        return [(member, entry[member.name]) for member in self.members if member.name in entry]


def _readable(value: str) -> bool:
    try:
        texts.prose(value)
    except ValueError:
        return False
    return 1 <= len(value) <= 100
