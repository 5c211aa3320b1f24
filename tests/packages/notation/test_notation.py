"""YAML and JSON of people: read one way, each value with its line; written so that all read the same."""

import json
import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from idp import notation
from idp.notation import reading

LARGEST = 1_000_000

_texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co"), exclude_characters="\ufeff")
    | st.sampled_from("\n\t: #-'\"{")
)
_scalars = st.none() | st.booleans() | st.integers(-(10**18), 10**18) | _texts
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=12,
)
_objects = st.dictionaries(st.from_regex("[a-z]{1,4}", fullmatch=True), _values, min_size=1, max_size=4)


def depth(value: Any) -> int:
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return 1 + max(map(depth, inner), default=0) if isinstance(value, dict | list) else 0


def read(text: str) -> Any:
    return notation.read(text, largest=LARGEST)


def refused(text: str) -> tuple[int, str]:
    with pytest.raises(notation.Unreadable) as caught:
        read(text)
    return caught.value.line, caught.value.reason


@given(_objects.filter(lambda value: depth(value) <= reading.DEEPEST))
def test_what_is_written_is_read_again_by_us_and_by_others(value: dict[str, Any]) -> None:
    written = notation.to_yaml(value)
    assert read(written) == value
    assert yaml.safe_load(written) == value
    assert read(notation.to_json(value)) == value
    assert json.loads(notation.to_json(value)) == value


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("010000", "010000"), ("0", 0), ("-7", -7), ("1.5", "1.5"), ("1e3", "1e3"), ("0x1f", "0x1f"),
        ("12:30", "12:30"), ("2026-01-01", "2026-01-01"), ("true", True), ("No", False), ("~", None),
        ('"true"', "true"), ("'1'", "1"), ("9" * 25, "9" * 25),
    ],
)  # fmt: skip
def test_an_unquoted_word_says_what_it_looks_like(word: str, value: object) -> None:
    assert read(f"a: {word}\n") == {"a": value}


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("a: 1\nb: &x 2\n", 2, "anchors"),
        ("a: 1\nb: *x\n", 2, "alias"),
        ("a: 1\nb: !!python/object:os.system 2\n", 2, "tags"),
        ("a: 1\nb: !!str 2\n", 2, "tags"),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", 4, "twice"),
        ('{"a": 1,\n"b": {"c": 1,\n"c": 2}}', 3, "twice"),
        ("a: 1\n1: 2\n", 2, "must be text"),
        ("a: 1\n? [x]\n: 2\n", 2, "must be text"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: 1\nb: [\n", 3, "not valid YAML"),
        ('{"a": 1,\n"b": }', 2, "not valid JSON"),
        ('{"a": 1,\n"b": 1.5}', 2, "whole"),
        ('{"a": 1,\n"b": NaN}', 2, "whole"),
        ('{"a": 1,\n"b": ' + "9" * 6000 + "}", 2, "whole"),
        ("a: 1\nb: x\0y\n", 2, "U+0000"),
        ("a: 1\nb: \x1b[2J\n", 2, "U+001B"),
        ("a: 1\nb: \ufeffx\n", 2, "U+FEFF"),
        ('a: 1\nb: "\\0"\n', 2, "not text"),
        ('{"a": 1,\n"b": "\\u0000"}', 2, "not text"),
        ('{"a": 1,\n"b": "x\\u001b"}', 2, "not text"),
        ('{"a": 1,\n"b": "\\ud800"}', 2, "not text"),
        ('{"a": 1,\n"\\ud800": 2}', 2, "not text"),
        ("a:\n  " + "[" * 40 + "]" * 40, 2, "deeper"),
        ('{"a":\n' + "[" * 100_000 + "]" * 100_000 + "}", 2, "deeper"),
        ("a:\n" + "".join("  " * n + "- \n" for n in range(1, 30)) + "  " * 30 + "x: 1\n", 13, "deeper"),
        ("x" * (LARGEST + 1), 1, "larger"),
        ("", 1, "empty"),
        ("# nothing\n", 1, "empty"),
    ],
)  # fmt: skip
def test_what_surprises_is_refused_with_its_line(text: str, line: int, part: str) -> None:
    found, reason = refused(text)
    assert part in reason
    assert found == line


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(20)
    )
    began = time.monotonic()
    assert refused(bomb)[0] == 1
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("write", [notation.to_yaml, notation.to_json])
def test_each_value_has_its_line(write: Any) -> None:
    text = write({"a": [{"b": "x\ny", "c": ["one", "two"]}, {"b": "z"}], "d": 1})
    wanted: list[reading.Path] = [("a", 0, "c", 1), ("a", 1, "b"), ("a", 1, "gone", 3), ("d",), ("e",), ()]
    found = notation.lines(text, wanted, largest=LARGEST)
    rows = text.splitlines()
    assert "two" in rows[found["a", 0, "c", 1] - 1]
    assert "z" in rows[found["a", 1, "b"] - 1]
    assert found["a", 1, "gone", 3] in (found["a", 1, "b"], found["a", 1, "b"] - 1)
    assert rows[found[("d",)] - 1].strip().strip('"').startswith("d")
    assert found["e",] == found[()] == 1


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_line(text: str) -> None:
    line = 1
    try:
        read(text)
    except notation.Unreadable as unreadable:
        line = unreadable.line
    assert 1 <= line <= len(text.splitlines()) + 2
