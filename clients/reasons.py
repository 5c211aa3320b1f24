"""What the rules say of a registration, found again in Chinese.

A rule gives its reason in English, its values filled in, for manifests, programs and the record. Pages that
people read in Chinese look it up in ``reasons.yaml``, where each reason stands with its values numbered.
"""

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml

_VALUE = re.compile(r"\{(\d)\}")
#: Those of a key lie within those of its set; nothing lies deeper.
_DEEPEST = 3


class _Form(NamedTuple):
    """One reason that has values in it."""

    english: re.Pattern[str]
    chinese: str


def chinese(reason: str) -> str:
    """The reason in Chinese, with its values; empty for one that is not known."""
    return _found(reason, _DEEPEST)


@cache
def table() -> dict[str, str]:
    """English reason → Chinese, both with values numbered."""
    text = files("clients").joinpath("reasons.yaml").read_text(encoding="utf-8")
    return {str(english): str(told) for english, told in yaml.safe_load(text).items()}


def _found(reason: str, deep: int) -> str:
    if plain := table().get(reason):
        return plain
    for form in _forms() if deep else ():
        if match := form.english.fullmatch(reason):
            return _filled(form.chinese, [_found(value, deep - 1) or value for value in match.groups()])
    return ""


def _filled(text: str, values: list[str]) -> str:
    return _VALUE.sub(lambda place: values[int(place[1])], text)


@cache
def _forms() -> tuple[_Form, ...]:
    """Reasons with values, those first that say most themselves."""
    told = sorted(table().items(), key=lambda entry: -len(_VALUE.sub("", entry[0])))
    return tuple(_Form(_pattern(english), text) for english, text in told if _VALUE.search(english))


def _pattern(english: str) -> re.Pattern[str]:
    parts = _VALUE.split(english)
    return re.compile("(.+?)".join(map(re.escape, parts[::2])), re.DOTALL)
