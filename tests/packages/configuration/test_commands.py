"""``idp configuration`` as somebody at the server types it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import clients
from idp.configuration.commands import configuration
from tests.configurations import apply, exported, file
from tests.officers import CITY, grow_tree
from tests.records import events, nothing_changed
from tests.registrations import entry

pytestmark = pytest.mark.usefixtures("stores")


def run(*args: str, code: int = 0) -> Result:
    result = CliRunner().invoke(configuration, args)
    assert result.exit_code == code, result.output
    return result


def test_what_is_exported_is_compared_and_applied(tmp_path: Path) -> None:
    grow_tree()
    apply(file(clients=[entry(division=CITY)]))
    text = run("export").stdout
    assert text == exported()
    assert run("export", "--within", CITY, "--json").stdout == exported(CITY, json=True)
    assert len(events("configuration.export")) == 2
    path = tmp_path / "configuration.yaml"
    path.write_text(text.replace("示范门户", "新门户"), encoding="utf-8")
    with nothing_changed():
        for command in (("diff",), ("apply", "--dry-run")):
            told = run(*command, str(path)).output
            assert "~ clients portal-a\n    name: 示范门户 -> 新门户\n1 changes" in told
    run("apply", str(path))
    found = clients.find("portal-a")
    assert found
    assert found.name == "新门户"
    assert "nothing to change" in run("apply", str(path)).output


def test_a_new_portal_is_told_to_need_a_secret_and_pruned_ones_go(tmp_path: Path) -> None:
    path = tmp_path / "configuration.yaml"
    path.write_text(file(clients=[entry()]), encoding="utf-8")
    assert "portal-a has no secret yet" in run("apply", str(path)).output
    path.write_text(file(clients=[]), encoding="utf-8")
    assert "nothing to change" in run("diff", str(path)).output
    assert "- clients portal-a" in run("apply", "--prune", str(path)).output
    assert clients.find("portal-a") is None


def test_mistakes_are_told_by_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "configuration.yaml"
    path.write_text(file(clients=[entry(name="<b>")] * 60), encoding="utf-8")
    with nothing_changed():
        told = run("apply", str(path), code=1).output
    assert "nothing was applied:\nline 5: clients[0].name: " in told
    assert "and 10 more" in told
    path.write_bytes(b"\xff")
    assert "UTF-8" in run("diff", str(path), code=1).output
    assert "There is no such place" in run("export", "--within", "x", code=1).output
