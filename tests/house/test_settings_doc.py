"""docs/settings.md is what the settings say, and every setting says why it is there."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import SecretStr, ValidationError

from idp import settings
from idp.cli import idp
from idp.settings import Settings, reference

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_page_of_settings_is_fresh() -> None:
    assert PAGE.read_text("utf-8") == reference.page(), "run: idp settings --markdown > docs/settings.md"


def test_every_setting_has_a_row_with_a_meaning() -> None:
    rows = [
        line.strip("| ").split(" | ") for line in reference.page().splitlines() if line.startswith("| `IDP_")
    ]
    assert [row[0] for row in rows] == [f"`IDP_{name.upper()}`" for name in Settings.model_fields]
    assert [row[0] for row in rows if len(row) != 4 or len(row[3]) < 10] == []


def test_the_page_needs_no_settings_to_be_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDP_ISSUER", "nonsense")
    answer = CliRunner().invoke(idp, ["settings", "--markdown"])
    assert (answer.exit_code, answer.output) == (0, reference.page())


@pytest.mark.parametrize(
    "words", [["audit", "--help"], ["audit"], ["keys", "rotate", "--help"], ["serve", "--help"]]
)
def test_help_needs_no_settings_to_be_right(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDP_ISSUER", "nonsense")
    monkeypatch.setattr(settings, "current", Settings)
    answer = CliRunner().invoke(idp, words)
    assert answer.output.startswith("Usage: "), answer.output
    refused = CliRunner().invoke(idp, [words[0], "list"])
    assert isinstance(refused.exception, ValidationError), "what does something reads them"


def test_the_values_in_force_show_no_secret() -> None:
    conf = Settings(environment="test", database_url=SecretStr("postgresql://user:hidden@host/idp"))
    shown = dict(reference.in_force(conf))
    assert shown["IDP_ENVIRONMENT"] == "test"
    assert "hidden" not in "".join(shown.values())
