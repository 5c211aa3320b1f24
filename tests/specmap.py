"""The map from what a standard demands to the code that keeps it and the test that holds it.

    python -m tests.specmap > docs/spec-map.md

A test of ``tests/spec/<standard>`` names its section (``test_section_2_1_...``, or a docstring that begins
``RFC 9126 §2.1: ...``); its sentence is the demand. ``requirements.yaml`` beside the tests says what tests
alone do not: demands held by several tests or by tests elsewhere, demands that are not ours, and mutations.

    requirements:
      - section: "2.1"
        must: a pushed request that holds a request_uri is refused
        tests: [test_pushing.py::test_section_2_1_request_uri_is_refused]
        mutation: {file: idp/oidc/endpoints/par.py, old: '"request_uri" in form', new: "False"}
      - section: "7.3"
        must: ...
        elsewhere: why it is not this server's to keep, or cannot be asked here

The code is found by the sections that docstrings and comments cite. A mutation breaks the server in one
place, under which one of the tests must fail (``python -m tests.mutations``).
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
SPEC = ROOT / "tests" / "spec"

#: A standard's name, and a section sign; a bare sign speaks of the standard named last.
_NAMES = (
    r"RFC \d{4}", r"OIDC Core", r"OIDC Discovery", r"Multiple Response Types", r"Form Post Response Mode",
    r"[\w-]+ Logout(?= 1\.0)", r"Session Management(?= 1\.0)", r"(?:Client )?Registration(?= 1\.0)", r"JARM",
    r"CIBA Core", r"FAPI 2\.0 Message Signing", r"FAPI 2\.0", r"GB(?:/T)? \d+",
)  # fmt: skip
_CITATION = re.compile(rf"(?P<name>{'|'.join(_NAMES)})|§(?P<section>[A-Z\d][\d.]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One MUST: where it stands, what it says, which tests hold it or why none does."""

    section: str
    must: str
    tests: tuple[str, ...] = ()
    elsewhere: str = ""
    mutation: dict[str, str] | None = None
    """``file``, ``old`` and ``new``: a server broken in one place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """One standard and what it demands of this server."""

    folder: str
    title: str
    cited: tuple[str, ...]
    requirements: tuple[Requirement, ...]


#: Standards whose folder does not tell how the code cites them.
_CITED = {
    "conformance": (),
    "fapi2_message_signing": ("FAPI 2.0 Message Signing",),
    "fapi2_security_profile": ("FAPI 2.0",),
    "form_post_response_mode": ("Form Post Response Mode",),
    "gb11643": ("GB 11643",),
    "gb32100": ("GB 32100",),
    "jarm": ("JARM",),
    "multiple_response_types": ("Multiple Response Types",),
    "oidc_backchannel_logout": ("Back-Channel Logout",),
    "oidc_core": ("OIDC Core",),
    "oidc_discovery": ("OIDC Discovery",),
    "oidc_frontchannel_logout": ("Front-Channel Logout",),
    "oidc_registration": ("Registration",),
    "oidc_rp_initiated_logout": ("RP-Initiated Logout",),
    "oidc_session_management": ("Session Management",),
    "ciba": ("CIBA Core",),
}
_SECTION_IN_NAME = re.compile(r"test_(?:[a-z]+_)*?section_((?:\d+|[a-z])(?:_\d+)*)_(\w+)")
_PLAN_IN_WORDS = re.compile(r"A(\d+) (.+)")
_SECTION_IN_WORDS = re.compile(r"[^§:]{2,40}§([A-Z\d][\d.]*)[^:]*: (.+)")


def standards() -> list[Standard]:
    """Every standard that has tests or requirements written down."""
    folders = {path.parent for path in [*SPEC.glob("*/test_*.py"), *SPEC.glob("*/requirements.yaml")]}
    return [_standard(folder) for folder in sorted(folders)]


def _standard(folder: Path) -> Standard:
    path = folder / "requirements.yaml"
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    listed = [
        Requirement(**{**entry, "section": str(entry["section"]), "tests": tuple(entry.get("tests", ()))})
        for entry in content.get("requirements", ())
    ]
    held = {test for one in listed for test in one.tests}
    listed += [one for one in _sentences(folder) if not held & {*one.tests}]
    name = folder.name
    return Standard(
        folder=name,
        title=name.replace("_", " ").upper() if name.startswith("rfc") else name.replace("_", " "),
        cited=_CITED[name] if name in _CITED else (f"RFC {name.removeprefix('rfc')}",),
        requirements=tuple(sorted(listed, key=lambda one: _order(one.section))),
    )


def _sentences(folder: Path) -> Iterator[Requirement]:
    """Each test of a folder as the demand that its name or docstring states."""
    for path in sorted(folder.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                section, must = _stated(node)
                yield Requirement(section=section, must=must, tests=(f"{path.name}::{node.name}",))


def _stated(node: ast.FunctionDef) -> tuple[str, str]:
    """Section and sentence; a module of a certification plan stands under the number of its plan."""
    words = (ast.get_docstring(node) or "").replace("\n", " ")
    if told := _SECTION_IN_WORDS.match(words):
        return told[1].rstrip("."), told[2]
    if told := _PLAN_IN_WORDS.match(words):
        return told[1], told[2]
    if named := _SECTION_IN_NAME.fullmatch(node.name):
        return named[1].replace("_", "."), named[2].replace("_", " ")
    return "", words or node.name.removeprefix("test_").replace("_", " ")


def _order(section: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (10_000, part) for part in section.split(".")]


@cache
def tests_that_exist() -> frozenset[str]:
    """Every test function, as its path below ``tests/`` and its name."""
    found = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found.add(f"{path.relative_to(ROOT / 'tests')}::{node.name}")
    return frozenset(found)


def full_name(standard: Standard, test: str) -> str:
    """A test's path below ``tests/``; one of the standard's own folder is named by its file alone."""
    return test if "/" in test.partition("::")[0] else f"spec/{standard.folder}/{test}"


@cache
def cited() -> dict[tuple[str, str], list[str]]:
    """(standard, section) → the functions and classes whose words cite it."""
    places: dict[tuple[str, str], list[str]] = defaultdict(list)
    for folder in ("idp", "clients"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for citation, place in _citations(path):
                if place not in places[citation]:
                    places[citation].append(place)
    return places


def _citations(path: Path) -> Iterator[tuple[tuple[str, str], str]]:
    source = path.read_text(encoding="utf-8")
    file = str(path.relative_to(ROOT))
    owners = _owners(ast.parse(source))
    name = ""
    for number, line in enumerate(source.splitlines(), start=1):
        for match in _CITATION.finditer(line):
            if match["name"]:
                name = match["name"]
            elif name:
                owner = owners.get(number, "")
                yield (name, match["section"].rstrip(".")), f"`{owner}` in `{file}`" if owner else f"`{file}`"


def _owners(tree: ast.Module) -> dict[int, str]:
    """Line → the function or class it stands in."""
    owners: dict[int, str] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            owners |= dict.fromkeys(range(node.lineno, (node.end_lineno or node.lineno) + 1), node.name)
        for inner in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(inner, ast.FunctionDef):
                span = range(inner.lineno, (inner.end_lineno or inner.lineno) + 1)
                owners |= dict.fromkeys(span, f"{node.name}.{inner.name}")  # type: ignore[union-attr]
    return owners


def markdown() -> str:
    """The whole map."""
    known = standards()
    lines = [
        "# The map of the standards: section → code → test",
        "",
        "Made by `python -m tests.specmap`. A house test fails when it is stale, a test it names is gone, or",
        "when a requirement has neither a test nor a reason. Our words; those of the standards are the law.",
        "“broken” shows where the server was broken and a test failed (`python -m tests.mutations`).",
        "",
        "| standard | requirements | tests | mutations |",
        "|---|---|---|---|",
    ]
    for standard in known:
        tests = {test for one in standard.requirements for test in one.tests}
        title = f"[{', '.join(standard.cited) or standard.title}](#{standard.folder.replace('_', '-')})"
        broken = sum(one.mutation is not None for one in standard.requirements)
        lines.append(f"| {title} | {len(standard.requirements)} | {len(tests)} | {broken} |")
    for standard in known:
        lines += _table(standard)
    return "\n".join(lines) + "\n"


def _table(standard: Standard) -> Iterator[str]:
    yield from ("", f'<a id="{standard.folder.replace("_", "-")}"></a>')
    yield from (f"## {', '.join(standard.cited) or standard.title}", "")
    yield from ("| § | demanded of this server | code | test |", "|---|---|---|---|")
    for one in standard.requirements:
        code = [place for name in standard.cited for place in cited().get((name, one.section), [])]
        held = [f"`{test.partition('::')[2]}`" for test in one.tests] or [f"*{one.elsewhere}*"]
        broken = f"<br>broken: `{_cell(one.mutation['old'])}`" if one.mutation else ""
        yield f"| {one.section} | {one.must} | {'<br>'.join(code[:4]) or '—'} | {'<br>'.join(held)}{broken} |"


def _cell(code: str) -> str:
    """Code as one line that leaves the table whole."""
    return " ".join(code.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(markdown())
