"""docs/events.md is what the closed list says."""

from pathlib import Path

from idp.audit.commands import events_page

PAGE = Path(__file__).parents[2] / "docs" / "events.md"


def test_the_page_of_events_is_fresh() -> None:
    assert PAGE.read_text("utf-8") == events_page(), "run: idp audit events --markdown > docs/events.md"
