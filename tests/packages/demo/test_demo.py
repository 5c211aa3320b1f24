"""``idp demo``: what it refuses, what it leaves behind, what a second start keeps and renews."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from idp.demo import authenticators, words
from idp.demo.children import Children, Died
from idp.demo.commands import demo
from idp.demo.plan import PORTALS, Plan, taken
from tests.demonstration import PORTS, Demonstration, free_ports, running


def plan(tmp_path: Path) -> Plan:
    return Plan(folder=tmp_path, port=8080, portals=PORTALS)


def test_every_port_has_an_option_of_the_command() -> None:
    options = {name for parameter in demo.params for name in parameter.opts}
    assert set(plan(Path()).ports()) == set(PORTS) <= options


def test_a_taken_port_is_named_with_its_option_in_both_languages(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        ran = start(
            "--folder", str(tmp_path / "demo"), "--tax-port", str(port), "--port", str(free_ports(1)[0])
        )
    assert ran.returncode == 2
    assert f"端口 {port} 已被占用" in ran.stderr
    assert f"Port {port} is taken" in ran.stderr
    assert "--tax-port" in ran.stderr
    assert ran.stdout == ""
    assert list((tmp_path / "demo" / "logs").iterdir()) == [], "no part was started"


def test_one_port_for_two_parts_is_refused() -> None:
    free = free_ports(1)[0]
    assert taken({"--port": free, "--tax-port": free}) == ("--tax-port", free)
    assert taken({"--port": free}) is None


def test_a_port_that_cannot_exist_is_refused() -> None:
    assert CliRunner().invoke(demo, ["--port", "70000"]).exit_code == 2


def test_a_folder_serves_one_demonstration_at_a_time(tmp_path: Path) -> None:
    with running(tmp_path / "demo"):
        ran = start("--folder", str(tmp_path / "demo"))
    assert ran.returncode == 2
    assert "另一个演示" in ran.stderr
    assert "Another demonstration" in ran.stderr


def test_a_second_start_keeps_people_and_keys_and_makes_new_passwords(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with running(folder) as first:
        keys = {file.name: file.read_bytes() for file in (folder / "keys").rglob("*.json")}
        assert secrets_in(folder, first), "the search below would find what is there"
    with running(folder) as second:
        assert {file.name: file.read_bytes() for file in (folder / "keys").rglob("*.json")} == keys
        assert set(second.people) == set(first.people)
        renewed = {
            slug for slug in first.people if first.people[slug].password != second.people[slug].password
        }
        assert renewed == set(first.people)
        assert all(second.staff[name] != first.staff[name] for name in first.staff)
    for site in (first, second):
        assert not secrets_in(folder, site), "no secret stays behind in the clear"
    assert not processes_of(folder), "no process stays behind"
    assert taken({"--port": int(second.issuer.rpartition(":")[2])}) is None


def test_a_part_that_ends_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    with Children(tmp_path) as children:
        command = [sys.executable, "-c", "print('the reason'); raise SystemExit(3)"]
        child = children.start("part", command, os.environ, tmp_path)
        with pytest.raises(Died, match=r"part .*\n  \| the reason"):
            children.wait_for(child, "http://127.0.0.1:9/")


def test_all_parts_are_ended_even_those_that_do_not_want_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("idp.demo.children.GRACE", 0.2)
    stubborn = "from signal import *; signal(SIGTERM, SIG_IGN); print(1, flush=True); pause()"
    with Children(tmp_path) as children:
        child = children.start("part", [sys.executable, "-c", stubborn], os.environ, tmp_path)
        while not child.log.read_text():
            children.watch()
    assert child.process.returncode == -signal.SIGKILL


def test_one_time_codes_are_shown_while_the_secrets_lie_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authenticators, "_file", lambda: tmp_path / "authenticators.json")
    assert authenticators.codes() == []
    (tmp_path / "authenticators.json").write_text('{"张示": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}')
    (code,) = authenticators.codes()
    assert code.name == "张示"
    assert len(code.code) == 6
    assert 1 <= code.seconds_left <= 30
    authenticators.clear()
    assert authenticators.codes() == []


@pytest.mark.parametrize(
    ("program", "typed"),
    [
        (".venv/bin/idp", ".venv/bin/idp demo --port 9080"),
        ("/usr/local/bin/idp", "/usr/local/bin/idp demo --port 9080"),
        ("/somewhere/idp/demo/__main__.py", "python -m idp.demo --port 9080"),
    ],
)
def test_what_to_type_for_another_port_is_the_command_that_was_typed(
    monkeypatch: pytest.MonkeyPatch, program: str, typed: str
) -> None:
    monkeypatch.setattr(sys, "argv", [program])
    assert typed in words.port_taken("--port", 8080)
    assert typed in words.port_taken("--port", 65000)
    monkeypatch.setattr(sys, "argv", [str(Path.cwd() / program)])
    assert typed in words.port_taken("--port", 8080)


def start(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "idp.demo", "--json", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def secrets_in(folder: Path, site: Demonstration) -> list[str]:
    """Files in which a password or a generator's secret stands in the clear."""
    secrets = [
        secret for person in site.people.values() for secret in (person.password, person.totp) if secret
    ]
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [file.name for file in files if any(secret.encode() in file.read_bytes() for secret in secrets)]


def processes_of(folder: Path) -> list[str]:
    """Processes with the folder in their command line or environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words_of_it = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in words_of_it:
            found.append((process / "cmdline").read_bytes().decode())
    return found
