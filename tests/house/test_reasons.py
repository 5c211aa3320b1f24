"""What rules say of a registration is said in Chinese too: every reason, with the same values in it."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import ValidationError

from clients import manifest, reasons, scopes
from clients.client import Client
from idp.pages.members import LABELS
from idp.pages.values import WORDS

ROOT = Path(__file__).parents[2] / "clients"
PLACES = (
    "rules/*.py",
    "applications/*.py",
    "teams/*.py",
    "client_keys.py",
    "jwks.py",
    "manifest.py",
    "sectors.py",
    "texts.py",
    "uris.py",
)
#: What passes on a reason of somewhere else: a judge's, that of a wrong shape, faults that are whole already.
PASSED_ON = {"str(error)", "_reason(detail['msg'])", "fault"}


class Reasons:
    """The reasons that one module gives."""

    def __init__(self, name: str, source: str) -> None:
        self.name, self.tree = name, ast.parse(source)
        self.functions = {one.name: one for one in ast.walk(self.tree) if isinstance(one, ast.FunctionDef)}
        self.names: dict[str, ast.expr] = {}
        for one in ast.walk(self.tree):
            match one:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self.names[name] = value
                case ast.NamedExpr(target=ast.Name(id=name), value=value):
                    self.names[name] = value

    def templates(self) -> Iterator[str]:
        for one in ast.walk(self.tree):
            match one:
                case ast.Yield(value=ast.Tuple(elts=[_, reason])):
                    yield from self.told(reason)
                case ast.Raise(exc=ast.Call(func=ast.Name(id="ValueError"), args=[reason, *_])):
                    yield from self.told(reason)
                case ast.Raise(
                    exc=ast.Name(id="ValueError") | ast.Call(func=ast.Name(id="ValueError")) as bare
                ):
                    yield from self.told(bare)
                case ast.Call(func=ast.Attribute(attr="append"), args=[ast.Tuple(elts=[_, reason])]):
                    yield from self.told(reason)
                case ast.ListComp(elt=ast.Tuple(elts=[_, reason])):
                    yield from self.told(reason)
                case ast.List(elts=entries):
                    for entry in entries:
                        if isinstance(entry, ast.Tuple) and len(entry.elts) == 2:
                            yield from self.told(entry.elts[1])

    def told(self, reason: ast.expr) -> Iterator[str]:
        match reason:
            case _ if ast.unparse(reason) in PASSED_ON:
                return
            case ast.Constant(value=str(text)):
                if text:
                    yield text
            case ast.JoinedStr(values=parts):
                yield template(parts)
            case ast.IfExp(body=one, orelse=other):
                yield from self.told(one)
                yield from self.told(other)
            case ast.Name(id=name) if name in self.names:
                yield from self.told(self.names[name])
            case ast.Call(func=ast.Name(id=name)) if name in self.functions:
                for one in ast.walk(self.functions[name]):
                    if isinstance(one, ast.Return) and one.value:
                        yield from self.told(one.value)
            case _:
                raise AssertionError(f"{self.name}:{reason.lineno}: {ast.unparse(reason)} cannot be followed")


def template(parts: list[ast.expr]) -> str:
    """The text of an f-string, its values numbered."""
    text, values = "", 0
    for part in parts:
        if isinstance(part, ast.Constant):
            text += str(part.value)
        else:
            text, values = f"{text}{{{values}}}", values + 1
    return text


def given() -> set[str]:
    """Every reason that a module gives, its values numbered."""
    paths = [path for place in PLACES for path in sorted(ROOT.glob(place))]
    written = {reason for path in paths for reason in Reasons(path.name, path.read_text("utf-8")).templates()}
    return written | {scope.held_back for scope in scopes.SCOPES if scope.held_back}


def misshapen() -> set[str]:
    """What the shape says of a value that is of the wrong kind, for every member."""
    wrong: list[object] = [None, 1, True, "x", 1.5, [1], ["x"], {}, {"a": 1}, {"a": "x"}]
    entries: list[dict[str, object]] = [{key: value} for key in manifest.KEYS for value in wrong]
    return {reason for entry in entries for reason in told_of(entry)}


def told_of(entry: dict[str, object]) -> set[str]:
    with pytest.raises(ValidationError) as refused:
        manifest.shape.validate_json(json.dumps(entry))
    return {line.partition(": ")[2] for line in manifest.told(refused.value)}


def test_every_reason_has_a_chinese_form() -> None:
    known = given()
    assert len(known) > 140
    assert not sorted(known - set(reasons.table()))
    assert not sorted(reason for reason in misshapen() if not reasons.chinese(reason))


def test_no_chinese_form_is_left_over() -> None:
    known = given()
    left = {reason: told for reason, told in reasons.table().items() if reason not in known}
    met = {reasons.chinese(reason) for reason in misshapen()}
    assert not [
        reason for reason, told in left.items() if not any(re.fullmatch(loose(told), one) for one in met)
    ]


def test_both_forms_have_the_same_values() -> None:
    assert not [pair for pair in reasons.table().items() if values(pair[0]) != values(pair[1])]


@pytest.mark.parametrize("reason", sorted(reasons.table()))
def test_a_reason_is_found_with_its_values_in_it(reason: str) -> None:
    told = reasons.chinese(filled(reason))
    assert re.search("[\u4e00-\u9fff]", told)
    assert {int(number) for number in re.findall("value([0-9])", told)} == set(map(int, values(reason)))
    assert told == filled(reasons.table()[reason])


def test_reasons_are_said_as_the_glossary_says_them() -> None:
    assert not [told for told in reasons.table().values() if re.search("登陆|帐号|你|客户端(?!证书)", told)]


def test_every_member_has_a_name() -> None:
    assert set(LABELS) == {*manifest.KEYS, "filing", "effective_at"}


def test_every_value_of_a_closed_list_has_a_word() -> None:
    hints = get_type_hints(Client)
    listed = {name: told for name in manifest.KEYS if (told := choices(hints[name]))}
    assert {name: set(words) for name, words in WORDS.items()} == listed | {
        "min_level": {"l1", "l2", "l3", "l4"}
    }


@pytest.mark.parametrize(
    "source",
    [
        "def rule():\n    yield key, said(value)",
        "def judge():\n    raise ValueError(*parts)",
        "def judge():\n    raise ValueError(error)",
        "def judge():\n    raise ValueError",
        "def judge():\n    raise ValueError()",
        "faults.append((key, 'must be ' + value))",
    ],
)
def test_a_reason_that_cannot_be_followed_is_noticed(source: str) -> None:
    with pytest.raises(AssertionError, match="cannot be followed"):
        list(Reasons("rule.py", source).templates())


def choices(hint: Any) -> set[str]:
    """The texts that a member may be, but for none."""
    inner = {text for one in get_args(hint) if one is not hint for text in choices(one)}
    own = {one for one in get_args(hint) if isinstance(one, str)}
    return (inner | own) - {""}


def values(text: str) -> list[str]:
    return sorted(re.findall(r"\{([0-9])\}", text))


def filled(text: str) -> str:
    return re.sub(r"\{([0-9])\}", r"value\1", text)


def loose(text: str) -> str:
    return ".+".join(map(re.escape, re.split(r"\{[0-9]\}", text)))
