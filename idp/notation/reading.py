"""Tokens become plain values: bounded in size, depth and number, no key twice, no character that hides.

Every reason to refuse has its line (attack book N04 to N06).
"""

import re
from collections.abc import Collection, Iterator
from typing import Any

from idp.notation import json_text, yaml_text
from idp.notation.token import Token, Unreadable

__all__ = ["Path", "Unreadable", "lines", "read"]

Path = tuple[str | int, ...]

DEEPEST = 12
MOST_VALUES = 4_000_000
#: What no text file holds: control characters, halves of surrogate pairs, marks of byte order within.
_UNFIT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def read(text: str, *, largest: int) -> Any:
    """The value of a text in YAML or JSON, by its first character; raises ``Unreadable``."""
    return _Reading(_tokens(text, largest), frozenset()).value


def lines(text: str, wanted: Collection[Path], *, largest: int) -> dict[Path, int]:
    """The line of each value that is wanted; of one that is not there, of the nearest around it."""
    nearest = {path[:end] for path in wanted for end in range(len(path) + 1)}
    found = _Reading(_tokens(text, largest), nearest).found
    return {path: next(found[path[:end]] for end in range(len(path), -1, -1) if path[:end] in found)
            for path in wanted}  # fmt: skip


def _tokens(text: str, largest: int) -> Iterator[Token]:
    if len(text) > largest:
        raise Unreadable(f"is larger than {largest} characters")
    text = text.removeprefix("\ufeff")
    if unfit := _UNFIT.search(text):
        line = text.count("\n", 0, unfit.start()) + 1
        raise Unreadable(f"holds the character U+{ord(unfit[0]):04X}, which is not text", line)
    return json_text.tokens(text) if text.lstrip()[:1] in ("{", "[") else yaml_text.tokens(text)


class _Frame:
    """An object or a list that is being read; ``key`` is where its next value belongs."""

    __slots__ = ("key", "path", "value", "waits")

    def __init__(self, value: dict[str, Any] | list[Any], path: Path | None) -> None:
        self.value = value
        self.path = path
        self.key: str | int = 0
        self.waits = False
        """Whether the key of an object is read and its value is not."""


class _Reading:
    """One pass over the tokens; paths are followed only as far as somebody wants to know a line."""

    def __init__(self, tokens: Iterator[Token], wanted: Collection[Path]) -> None:
        self.value: Any = None
        self.found: dict[Path, int] = {}
        self._wanted = wanted
        self._frames: list[_Frame] = []
        count = 0
        for token in tokens:
            count += 1
            if count > MOST_VALUES:
                raise Unreadable(f"holds more than {MOST_VALUES} values", token.line)
            self._take(token)
        if not count:
            raise Unreadable("is empty")

    def _take(self, token: Token) -> None:
        if token.kind == "value":
            self._put(token.value, token.line)
        elif token.kind in "]}":
            self._frames.pop()
        else:
            if len(self._frames) == DEEPEST:
                raise Unreadable(f"is nested deeper than {DEEPEST} levels", token.line)
            opened: dict[str, Any] | list[Any] = {} if token.kind == "{" else []
            path = self._put(opened, token.line)
            self._frames.append(_Frame(opened, path))

    def _put(self, value: Any, line: int) -> Path | None:
        """Put a value where it belongs; its path, where that is followed."""
        if isinstance(value, str) and not value.isprintable() and _UNFIT.search(value):
            raise Unreadable("holds a character that is not text", line)
        if not self._frames:
            self.value = value
            return self._noted((), line)
        frame = self._frames[-1]
        if isinstance(frame.value, list):
            frame.key = len(frame.value)
            frame.value.append(value)
        elif not frame.waits:
            self._name(frame, value, line)
            return None
        else:
            frame.value[str(frame.key)] = value
            frame.waits = False
        return self._noted((*frame.path, frame.key), line) if frame.path is not None else None

    def _name(self, frame: _Frame, key: Any, line: int) -> None:
        if not isinstance(key, str):
            raise Unreadable("a key must be text: put it in quotes", line)
        if key in frame.value:
            raise Unreadable(f"the key {_shown(key)} is given twice", line)
        frame.key, frame.waits = key, True

    def _noted(self, path: Path, line: int) -> Path | None:
        if path not in self._wanted:
            return None
        self.found[path] = line
        return path


def _shown(key: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in key[:64])
