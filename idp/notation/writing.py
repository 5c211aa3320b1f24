"""Plain values as YAML and JSON: the same values always as the same bytes."""

import json
import re
from collections.abc import Iterator
from typing import Any

#: What every reader of YAML takes for text without quotes; whatever else is quoted.
_PLAIN = re.compile(
    "[A-Za-z\u4e00-\u9fff][A-Za-z0-9_./@\u4e00-\u9fff\uff08\uff09\uff0c\u3001\uff1b\u3002-]*"
    "(?:[ :][A-Za-z0-9_./@\u4e00-\u9fff\uff08\uff09\uff0c\u3001\uff1b\u3002-]+)*"
)
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def to_json(value: Any) -> str:
    """A value as JSON, a line each."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def to_yaml(value: dict[str, Any]) -> str:
    """An object as YAML in block form."""
    return "".join(f"{line}\n" for line in _object(value, ""))


def _object(members: dict[str, Any], indent: str) -> Iterator[str]:
    for name, value in members.items():
        yield from _member(f"{indent}{_scalar(name)}:", value, indent)


def _member(head: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        yield head
        yield from _object(value, indent + "  ")
    elif isinstance(value, list) and value:
        yield head
        for one in value:
            yield from _entry(one, indent + "  ")
    else:
        yield f"{head} {_scalar(value)}"


def _entry(value: Any, indent: str) -> Iterator[str]:
    """One entry of a list, its first line behind a hyphen."""
    if isinstance(value, dict) and value:
        inner = _object(value, indent + "  ")
        yield f"{indent}- {next(inner)[len(indent) + 2 :]}"
        yield from inner
    elif isinstance(value, list) and value:
        yield f"{indent}-"
        for one in value:
            yield from _entry(one, indent + "  ")
    else:
        yield f"{indent}- {_scalar(value)}"


def _scalar(value: Any) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return quoted if quoted.isprintable() else "".join(map(_escaped, quoted))


def _escaped(one: str) -> str:
    if one.isprintable():
        return one
    return f"\\u{ord(one):04x}" if ord(one) < 0x10000 else f"\\U{ord(one):08x}"
