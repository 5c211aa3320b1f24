"""Whose data a portal was given: everybody once, with what and when, and nobody else."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from idp import audit
from idp.audit import affected, commands, jobs, queries
from idp.base import clock
from idp.base.errors import Rejected
from tests.conftest import MovableClock

HOUR = 3600
CASE = {"operator": "officer", "case": "2026-0007", "reason": "门户泄露"}


def release(kind: str, person: str, client: str = "tax", **detail: object) -> None:
    audit.record(kind, person=person, client=client, **detail)  # type: ignore[arg-type]


def written(file: Path, since: int, until: int) -> list[dict[str, object]]:
    count = affected.write(file, "tax", since, until, **CASE)
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert len(lines) == count
    return lines


def test_each_person_is_named_once_with_what_was_given(
    var_dir: Path, tmp_path: Path, time_travel: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(affected, "_BATCH", 2)
    release("userinfo.read", "too-early", scope="openid")
    time_travel.advance(HOUR)
    since = clock.now()
    release("userinfo.read", "p1", scope="openid profile")
    release("userinfo.read", "p2", scope="openid", claims=["birthdate"])
    release("token.issue", "p1", scope="openid phone", grant_type="authorization_code")
    release("idcard.release", "p2", purpose="核对", legal_basis="consent")
    release("idcard.release", "refused", outcome="refused", purpose="核对", legal_basis="consent")
    release("authz.grant", "only-came", scope="openid")
    release("userinfo.read", "elsewhere", client="hall", scope="openid")
    time_travel.advance(HOUR)
    until = clock.now()
    release("userinfo.read", "too-late", scope="openid")
    jobs.ship()
    first, second = written(tmp_path / "who.jsonl", since, until)
    assert (first["person"], first["times"], first["id_number"]) == ("p1", 2, False)
    assert first["data"] == ["openid", "phone", "profile"]
    assert (second["person"], second["times"], second["id_number"]) == ("p2", 2, True)
    assert second["data"] == ["birthdate", "openid"]
    assert (tmp_path / "who.jsonl").stat().st_mode & 0o777 == 0o600
    jobs.ship()
    (event,) = queries.events(kind="audit.search")
    assert (event.client, event.reason) == ("tax", "门户泄露")
    assert json.loads(event.detail) | {"filters": []} == {
        "operator": "officer", "case": "2026-0007", "count": 2, "filters": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("until", "changed", "code"),
    [
        (10, {"case": " "}, "audit.reason_missing"),
        (10, {"reason": ""}, "audit.reason_missing"),
        (5, {}, "audit.range_empty"),
    ],
)
def test_without_grounds_or_time_nothing_is_written(
    var_dir: Path, tmp_path: Path, until: int, changed: dict[str, str], code: str
) -> None:
    with pytest.raises(Rejected) as refused:
        affected.write(tmp_path / "who.jsonl", "tax", 5, until, **(CASE | changed))
    assert refused.value.code == code
    assert list(tmp_path.glob("*.jsonl*")) == []


def test_the_command_says_how_many_and_what_next(var_dir: Path, tmp_path: Path) -> None:
    release("userinfo.read", "p1", scope="openid")
    jobs.ship()
    file = str(tmp_path / "who.jsonl")
    span = ("--from", "2000-01-01", "--to", "2999-01-01")
    done = run("--client", "tax", *span, "--case", "7-2026", "--reason", "泄露", file)
    assert done.exit_code == 0, done.output
    assert "1 persons are in" in done.output
    assert f"idp persons sign-out-listed {file}" in done.output
    assert run("--client", "tax", *span, file).exit_code == 2


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands.audit, ["affected", *arguments])
