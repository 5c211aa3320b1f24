"""``idp clients``: what an operator types and reads."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

import clients
from clients import commands
from tests.registrations import entry, native

pytestmark = pytest.mark.usefixtures("stores")


@pytest.fixture
def portals(tmp_path: Path) -> Path:
    path = tmp_path / "portals.yaml"
    path.write_text(yaml.safe_dump({"clients": [entry(), native()]}, allow_unicode=True), encoding="utf-8")
    return path


def run(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(commands.clients, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    return result


def shown_secret(output: str) -> str:
    [line] = [line for line in output.splitlines() if "client_secret: " in line]
    return line.rpartition(" ")[2]


def test_apply_shows_the_new_secret_once(portals: Path) -> None:
    output = run("apply", portals).output
    client = clients.find("portal-a")
    assert client is not None
    assert client.secret_matches(shown_secret(output))
    assert "created   app" in output
    again = run("apply", portals).output
    assert "client_secret" not in again
    assert again.splitlines() == ["unchanged portal-a", "unchanged app"]


def test_a_dry_run_shows_the_difference_and_writes_nothing(portals: Path) -> None:
    output = run("apply", "--dry-run", portals).output
    assert "created   portal-a" in output
    assert "a client secret will be made" in output
    assert clients.find("portal-a") is None
    run("apply", portals)
    portals.write_text(yaml.safe_dump({"clients": [entry(name="新名称")]}), encoding="utf-8")
    assert "    name: 示范门户 -> 新名称" in run("apply", "--dry-run", portals).output
    assert "portal-a" in run("list").output
    assert "新名称" not in run("list").output


def test_a_wrong_manifest_is_refused_whole_with_every_fault(portals: Path) -> None:
    wrong = {"clients": [entry(), native(colour="red", client_id="x")]}
    portals.write_text(yaml.safe_dump(wrong), encoding="utf-8")
    output = run("apply", portals, code=1).output
    assert "nothing was applied" in output
    assert "portals.yaml: clients[1] (x): colour: is not a known key" in output
    assert clients.find("portal-a") is None


def test_a_folder_is_applied_together(portals: Path) -> None:
    (portals.parent / "more.yaml").write_text(
        yaml.safe_dump({"clients": [entry(client_id="portal-b")]}), encoding="utf-8"
    )
    run("apply", portals.parent)
    assert [client.client_id for client in clients.all_enabled()] == ["app", "portal-a", "portal-b"]


def test_list_and_show_hold_no_secret(portals: Path) -> None:
    secret = shown_secret(run("apply", portals).output)
    listed, shown = run("list").output, run("show", "portal-a").output
    assert "示范门户" in listed
    assert "min_level: urn:gov-sso:acr:l1" in shown
    assert "secret: sha256 " in shown
    assert secret not in listed + shown
    client = clients.find("portal-a")
    assert client is not None
    assert client.secrets[0].digest not in shown


def test_rotate_secret_shows_the_new_one(portals: Path) -> None:
    old = shown_secret(run("apply", portals).output)
    new = shown_secret(run("rotate-secret", "portal-a", "--overlap", "30m").output)
    client = clients.find("portal-a")
    assert client is not None
    assert client.secret_matches(old)
    assert client.secret_matches(new)
    assert "until " in run("show", "portal-a").output


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("90", 90), ("90s", 90), ("30m", 1800), ("1h", 3600), ("2d", 172800)]
)
def test_durations(text: str, seconds: int) -> None:
    assert commands.Duration().convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["", "h", "-1", "1w", "1.5h", "٣h", "99999999"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    run("rotate-secret", "portal-a", "--overlap", text, code=2)


def test_disable_and_enable(portals: Path) -> None:
    run("apply", portals)
    run("disable", "portal-a")
    client = clients.find("portal-a")
    assert client is not None
    assert not client.enabled
    assert "DISABLED" in run("list").output
    run("enable", "portal-a")
    assert "DISABLED" not in run("list").output


@pytest.mark.parametrize(
    "arguments", [("show", "x"), ("disable", "x"), ("enable", "x"), ("rotate-secret", "x")]
)
def test_an_unknown_client_is_named_as_such(arguments: tuple[str, str]) -> None:
    assert "no client has this id" in run(*arguments, code=1).output
