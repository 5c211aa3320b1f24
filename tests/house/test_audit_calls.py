"""Every event that is recorded anywhere is listed, with every detail it is given."""

import ast
from collections.abc import Iterator
from pathlib import Path

from idp.audit.events import KINDS

ROOT = Path(__file__).parents[2]
MEMBERS = {"person", "organization", "client", "session", "outcome", "reason", "item", "mandate", "region"}


def calls() -> Iterator[tuple[str, ast.Call]]:
    for folder in ("idp", "clients"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if _records(node):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def _records(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "audit"
        and node.func.attr in ("record", "record_in")
    )


def _kind(call: ast.Call) -> str | None:
    place = 0 if isinstance(call.func, ast.Attribute) and call.func.attr == "record" else 1
    given = call.args[place] if len(call.args) > place else None
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else None


def test_every_kind_and_detail_in_the_code_is_in_the_closed_list() -> None:
    unlisted = []
    for place, call in calls():
        kind = _kind(call)
        if kind is None:
            continue  # chosen at run time, where the list is checked too
        if kind not in KINDS:
            unlisted.append(f"{place}: {kind}")
            continue
        given = {keyword.arg for keyword in call.keywords if keyword.arg} - MEMBERS
        unlisted += [f"{place}: {kind} {name}" for name in sorted(given - KINDS[kind].fields)]
    assert unlisted == []


def test_the_search_finds_the_calls_it_judges() -> None:
    assert any(_kind(call) for _, call in calls())
