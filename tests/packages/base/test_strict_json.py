"""JSON from outside: what surprises is refused."""

import pytest

from idp.base import strict_json


def read(text: bytes | str) -> object:
    return strict_json.read(text, largest=10_000, deepest=3)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a":[1,-2.5,"x",true,null]}', {"a": [1, -2.5, "x", True, None]}),
        ('"姓名"'.encode(), "姓名"),
        ("[[[1]]]", [[[1]]]),
        ("[[[[]]]]", [[[[]]]]),
    ],
)
def test_ordinary_json_is_read(text: bytes | str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "{", "nonsense", "{'a':1}", '{"a":1}x', "NaN", "[Infinity]", "-Infinity", "1e999", "9" * 21,
     "9" * 9000,
     "[[[[1]]]]", '{"a":{"a":{"a":{"a":1}}}}', "[" * 5000, "[" * 3000 + "]" * 3000, " " * 10_001,
     b"\xff", b"\xef\xbb\xbf{}", '{"a":1,"a":1}', '{"a":{"b":1,"b":2}}', '{"a":1,"\\u0061":2}',
     '"\\ud800"', '["x","\\udfff"]', '{"\\ud83d":1}', '{"a":"\\ude00\\ud83d"}'],
)  # fmt: skip
def test_what_surprises_is_refused(text: bytes | str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (the message is the library's, or ours)
        read(text)
