"""What every page owes everybody: axe's rules of WCAG 2.2 AA, a language, one heading, no sideways scrolling.

axe-core comes inside the wheel axe-playwright-python: one installer for all of our tools, no Node, and no
copy of it in this repository. The code is run by the browser's own debugging channel, which no
Content-Security-Policy of ours stands in the way of.
"""

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})"
#: A page whose style sheet is not there shows everything.
_PEEPS = """() => { const skip = document.styleSheets.length && document.querySelector(".skip");
    return Boolean(skip) && skip !== document.activeElement && skip.getBoundingClientRect().right > 0; }"""


def demand(page: Page) -> None:
    """Fail with every fault of the page."""
    faults = problems(page)
    assert not faults, "\n".join([f"{page.title()} {page.url}", *faults])


def problems(page: Page) -> list[str]:
    """Every fault of the page, in words."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(_axe())
    found: list[dict[str, Any]] = page.evaluate(_RUN, RULES)["violations"]
    faults = [
        f"{rule['id']}: {node['failureSummary']} {node['html']}" for rule in found for node in rule["nodes"]
    ]
    if page.locator("h1").count() != 1:
        faults.append(f"{page.locator('h1').count()} main headings")
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        faults.append("the page is wider than the window")
    if page.evaluate(_PEEPS):
        faults.append("the link to the content shows although nobody has reached it")
    if not page.title().strip():
        faults.append("no title")
    return faults


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
