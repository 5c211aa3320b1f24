"""YAML (1.2, as far as 1.1 agrees) as tokens, without what surprises.

No aliases and anchors, so a text is as large as it looks; no tags, so nothing is made but text, whole
numbers, true, false and null; no dates, no octal numbers: ``010000`` is a code and stays one.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from idp.notation.token import Token, Unreadable

#: The parser of libyaml where it is built in: ten times as fast, and the same events.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,18}", re.ASCII)
_WORDS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    **{spelled: True for word in ("true", "yes", "on") for spelled in (word, word.title(), word.upper())},
    **{spelled: False for word in ("false", "no", "off") for spelled in (word, word.title(), word.upper())},
}  # fmt: skip
_UNTAGGED = (None, "!")


def tokens(text: str) -> Iterator[Token]:
    """The tokens of the one document in ``text``; raises ``Unreadable``."""
    documents = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            line = _line(event.start_mark)
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise Unreadable("is a second document: one file holds one", line)
            token = _token(event, line)
            if token is not None:
                yield token
    except yaml.MarkedYAMLError as error:
        line = _line(error.problem_mark or error.context_mark)
        raise Unreadable(f"is not valid YAML: {error.problem}", line) from None
    except yaml.YAMLError:
        raise Unreadable("is not valid YAML") from None


def _line(mark: Any) -> int:
    return int(mark.line) + 1 if mark else 1


def _token(event: Any, line: int) -> Token | None:
    if isinstance(event, yaml.AliasEvent):
        raise Unreadable("aliases are not supported: write the value out", line)
    if getattr(event, "anchor", None) is not None:
        raise Unreadable("anchors are not supported: write each value out", line)
    if getattr(event, "tag", None) not in _UNTAGGED:
        raise Unreadable("tags are not supported", line)
    if isinstance(event, yaml.ScalarEvent):
        plain = event.implicit[0] and event.tag is None
        return Token("value", _plain(event.value) if plain else event.value, line)
    if isinstance(event, yaml.MappingStartEvent):
        return Token("{", None, line)
    if isinstance(event, yaml.SequenceStartEvent):
        return Token("[", None, line)
    if isinstance(event, yaml.MappingEndEvent):
        return Token("}", None, line)
    return Token("]", None, line) if isinstance(event, yaml.SequenceEndEvent) else None


def _plain(text: str) -> Any:
    """What an unquoted word says."""
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _WHOLE.fullmatch(text) else text
