"""The guide shows what the server answers, and says the same in both languages."""

import re
import time
from pathlib import Path

import pytest
from flask import Flask

from tests.guide import pages
from tests.guide.flows import FLOWS
from tests.guide.scene import Scene

ENGLISH, CHINESE = pages.LANGUAGES
_LINK = re.compile(r"\]\(([\w-]+\.md)\)")


@pytest.mark.usefixtures("stores")
@pytest.mark.parametrize("name", FLOWS)
def test_a_page_shows_what_the_server_answers(
    name: str, app: Flask, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    scene = Scene(app, float(int(time.time())))
    monkeypatch.setattr(time, "time", lambda: scene.time)
    FLOWS[name](scene)
    for folder in pages.LANGUAGES:
        page = folder / f"{name}.md"
        text = page.read_text("utf-8")
        assert sorted(pages.places(text)) == sorted(scene.blocks), page
        fresh = pages.filled(text, scene.blocks)
        if request.config.getoption("--rewrite-guide"):
            page.write_text(fresh, "utf-8")
        assert page.read_text("utf-8") == fresh, f"{page} is stale: run python -m tests.guide"


def test_every_page_has_a_flow_and_is_in_the_list_of_its_language() -> None:
    for folder in pages.LANGUAGES:
        written = {page.stem for page in folder.glob("*.md")}
        assert written == {*FLOWS, "README"}
        listed = _LINK.findall((folder / "README.md").read_text("utf-8"))
        assert {name.removesuffix(".md") for name in listed} >= {*FLOWS}


@pytest.mark.parametrize("page", sorted(ENGLISH.glob("*.md")), ids=lambda page: page.stem)
def test_both_languages_have_the_same_sections_tables_and_recordings(page: Path) -> None:
    assert _shape(page) == _shape(CHINESE / page.name)


def test_every_page_leads_to_the_explanations_of_errors() -> None:
    pages_of_flows = [folder / f"{name}.md" for folder in pages.LANGUAGES for name in FLOWS]
    assert [page for page in pages_of_flows if "errors.md" not in page.read_text("utf-8")] == []


def _shape(page: Path) -> list[str]:
    shape, fence = [], False
    for line in page.read_text("utf-8").splitlines():
        if line.startswith("```"):
            fence = not fence
        elif fence:
            continue
        elif line.startswith("#"):
            shape.append(line.split(" ")[0])
        elif line.startswith("|"):
            shape.append(f"row of {line.count('|')}")
        elif line.startswith("<!--"):
            shape.append(line)
    return shape
