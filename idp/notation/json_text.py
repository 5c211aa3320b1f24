"""JSON (RFC 8259) as tokens: the grammar is judged by the standard library, the lines are found here."""

import json
import re
from collections.abc import Iterator
from typing import Any

from idp.notation.token import Kind, Token, Unreadable

_TOKEN = re.compile(r'[ \t\r:,]*(?:(\n)|([\[{\]}])|("(?:[^"\\]|\\.)*")|([^\s\[\]{}:,"]+))')
_WHOLE = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_BRACKETS: dict[str, Kind] = {"{": "{", "}": "}", "[": "[", "]": "]"}
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}


def tokens(text: str) -> Iterator[Token]:
    """The tokens of ``text``; raises ``Unreadable``."""
    try:
        # Numbers stay text: a number of a million digits costs nothing here, and is refused below.
        json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        raise Unreadable(f"is not valid JSON: {error.msg}", error.lineno) from None
    except RecursionError:
        pass  # whoever reads the tokens stops at a depth long before, and names its line
    line = 1
    for match in _TOKEN.finditer(text):
        newline, bracket, quoted, word = match.groups()
        if newline:
            line += 1
        elif bracket:
            yield Token(_BRACKETS[bracket], None, line)
        elif quoted:
            yield Token("value", json.loads(quoted) if "\\" in quoted else quoted[1:-1], line)
        else:
            yield Token("value", _word(word, line), line)


def _word(word: str, line: int) -> Any:
    if word in _WORDS:
        return _WORDS[word]
    if not _WHOLE.fullmatch(word):
        raise Unreadable("numbers are whole, and have at most 19 digits", line)
    return int(word)
