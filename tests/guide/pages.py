"""The pages of the guide, and the places in them that are recorded."""

import re
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
LANGUAGES = (GUIDE, GUIDE / "zh")

_PLACE = re.compile(r"<!-- recorded: (?P<name>[\w-]+) -->\n.*?<!-- end -->", re.DOTALL)


def places(text: str) -> list[str]:
    """The names of a page's places, in their order."""
    return [found["name"] for found in _PLACE.finditer(text)]


def filled(text: str, blocks: dict[str, str]) -> str:
    """The page with what was recorded in its places."""
    return _PLACE.sub(
        lambda found: f"<!-- recorded: {found['name']} -->\n{blocks[found['name']]}\n<!-- end -->", text
    )
