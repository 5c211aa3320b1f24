"""``idp keys`` shows, rotates and retires."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from idp import keyring
from idp.audit import events
from idp.keyring import commands, marker
from tests import keys


def run(*arguments: str, record: keys.Record | None = None) -> Result:
    return CliRunner().invoke(commands.group(keys.Record() if record is None else record, ()), arguments)


def test_list_shows_every_key_with_its_state(folder: Path) -> None:
    run("rotate", "ES256")
    result = run("list")
    lines = result.output.splitlines()
    assert result.exit_code == 0
    assert lines[0].split("  ")[0] == "KEY ID"
    assert len(lines) == 1 + len(keyring.current().entries)
    assert [line.split()[2] for line in lines if " ES256 " in line] == ["current", "next"]


def test_list_shows_no_secret(folder: Path) -> None:
    output = run("list").output
    secrets = [path.read_text().strip() for path in folder.glob("*.key")]
    assert secrets
    assert not any(secret in output for secret in secrets)


def test_rotate_makes_a_successor_of_the_preferred_algorithm_and_records_it(folder: Path) -> None:
    record = keys.Record()
    result = run("rotate", record=record)
    assert result.exit_code == 0
    assert [kind for kind, _ in record] == ["key.rotate"]
    assert record[0][1]["key_id"] == keys.entry(folder, "ES256").kid


def test_rotate_twice_says_why_not(folder: Path) -> None:
    run("rotate")
    result = run("rotate")
    assert result.exit_code == 1
    assert "already published" in result.output


def test_retire_asks_first(folder: Path) -> None:
    kid = keyring.active()["ES256"]
    assert run("retire", kid).exit_code == 1
    assert keyring.active()["ES256"] == kid
    assert run("retire", kid, "--yes").exit_code == 0
    assert keyring.active()["ES256"] != kid


def alive(folder: Path, kind: str) -> list[str]:
    return [one.kid for one in marker.read(folder) if one.kind == kind and one.retired_at is None]


@pytest.mark.parametrize("kind", ["ES256", "ECDH-ES", "token", "web"])
def test_retire_says_what_ends_and_what_is_in_force_now(folder: Path, kind: str) -> None:
    (kid,) = alive(folder, kind)
    asked = run("retire", kid)
    assert {"token": "Refresh tokens", "web": "Forms"}.get(kind, "has signed") in asked.output
    assert alive(folder, kind) == [kid]
    told = run("retire", kid, "--yes")
    (made,) = alive(folder, kind)
    assert made != kid
    assert f"{made} is in force now" in told.output
    assert not any(kid in path.name for path in folder.iterdir())


def test_a_broken_folder_is_named(folder: Path) -> None:
    path = keys.file_of(folder, "ES256")
    path.unlink()
    result = run("list")
    assert result.exit_code == 1
    assert str(path) in result.output


def test_what_is_recorded_is_what_the_closed_list_of_events_knows(folder: Path) -> None:
    record = keys.Record()
    for arguments in (
        ("rotate", "ES256"),
        ("rotate", "seal"),
        ("retire", "--yes", keyring.active()["RS256"]),
    ):
        assert run(*arguments, record=record).exit_code == 0
    assert len(record) == 3
    for kind, detail in record:
        events.check(kind, dict(detail))
