"""The table of what was asked of a certified server is fresh."""

from tests.house.checkout import ROOT
from tests.validation.__main__ import markdown


def test_the_table_is_fresh() -> None:
    assert (ROOT / "docs" / "validation.md").read_text(encoding="utf-8") == markdown()
