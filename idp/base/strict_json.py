"""JSON from outside, without what surprises: doubled names, depth, numbers and characters that are none.

RFC 8259 §4, §8.2.
"""

import json
from typing import Any, NoReturn

_LONGEST_NUMBER = 20


def read(text: bytes | str, *, largest: int, deepest: int = 8) -> Any:
    """The value of a JSON text; raises ``ValueError`` for everything else.

    A name given twice is refused: two readers would believe different values (attack book N06).
    """
    if len(text) > largest:
        raise ValueError(f"is larger than {largest} bytes")
    try:
        value = json.loads(
            text if isinstance(text, str) else text.decode(),
            object_pairs_hook=_unique,
            parse_constant=_refuse,
            parse_int=_whole,
            parse_float=_broken,
        )
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    _bounded(value, deepest)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("gives a name twice")
    return members


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"holds {name}, which is no number")


def _whole(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError("holds a number that is too long")
    return int(digits)


def _broken(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError("holds a number that is too large")
    return value


def _bounded(value: Any, depth: int) -> None:
    if isinstance(value, str) and not value.isascii() and any("\ud800" <= one <= "\udfff" for one in value):
        raise ValueError("holds half of a surrogate pair")
    inner = (*value, *value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()
    if depth == 0 and inner:
        raise ValueError("is nested too deeply")
    for one in inner:
        _bounded(one, depth - 1)
