"""What type each detail of an event has: a number is a number wherever it stands, so that it can be counted.

Names and meanings are in ``events.py``; what is in none of the sets here is a text.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

Type = Literal["text", "number", "names", "text, number or names"]

NUMBERS = frozenset({
    "attempts", "count", "expires_at", "level", "lifetime", "number", "retry_after", "seconds", "seq",
    "window",
})  # fmt: skip
#: Several names: a list of texts, or one text with spaces between them.
NAMES = frozenset({
    "amr", "audience", "changes", "claims", "details", "filters", "legal_basis", "parameters",
    "roles", "scope",
})  # fmt: skip
EITHER = frozenset({"previous", "version"})


def type_of(name: str) -> Type:
    """The type of a detail, the same in every event that carries it."""
    if name in NUMBERS:
        return "number"
    if name in NAMES:
        return "names"
    return "text, number or names" if name in EITHER else "text"


def _is_number(value: object) -> bool:
    return type(value) is int


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _are_names(value: object) -> bool:
    if isinstance(value, list | tuple | set | frozenset):
        return all(isinstance(item, str) for item in value)
    return isinstance(value, str)


_FITS: Mapping[Type, Callable[[Any], bool]] = {
    "text": _is_text,
    "number": _is_number,
    "names": _are_names,
    "text, number or names": lambda value: _is_number(value) or _are_names(value),
}
_checks: dict[str, Callable[[Any], bool]] = {}


def fits(name: str, value: object) -> bool:
    """Whether a detail has its type; none at all fits always."""
    check = _checks.get(name)
    if check is None:
        check = _checks[name] = _FITS[type_of(name)]
    return value is None or check(value)
