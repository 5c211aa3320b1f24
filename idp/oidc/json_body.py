"""A JSON object as the body of a request: one reading of it, or none (RFC 8259, RFC 7493).

What two parsers could read differently is refused: a member given twice, text that is no UTF-8, half of a
surrogate pair, numbers that are none. So is what a parser could be made to suffer from: depth, length.
"""

import json
from typing import Any, NoReturn

import orjson

from idp.base.errors import Rejected

DEEPEST = 10


def read(body: bytes) -> dict[str, Any]:
    """The object; raises ``invalid_request``."""
    try:
        # Strict about UTF-8, surrogates and numbers, and safe at any depth; but of two members the last wins.
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _refused("the request body is not valid JSON in UTF-8") from None
    if b"\\u0000" in body:
        raise _refused("the request body holds a NUL character")
    if not isinstance(value, dict):
        raise _refused("the request body must be a JSON object")
    if _too_deep(value):
        raise _refused(f"the request body is nested deeper than {DEEPEST} levels")
    try:
        return dict(json.loads(body, object_pairs_hook=_unique, parse_constant=_no_number))
    except ValueError:
        raise _refused("the request body gives a member twice, or a number that is none") from None


def _too_deep(value: dict[str, Any]) -> bool:
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
    return bool(level)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("twice")
    return members


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _refused(hint: str) -> Rejected:
    return Rejected("invalid_request", hint)
