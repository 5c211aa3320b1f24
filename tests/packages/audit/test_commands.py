"""``idp audit``."""

from pathlib import Path

from click.testing import CliRunner, Result
from sqlalchemy import delete

from idp import audit as record
from idp import settings
from idp.audit import commands, jobs, service
from idp.audit.alarm import QUIET, Sign
from idp.audit.queries import CHAIN, EVENTS
from idp.base import clock
from idp.store import db
from tests.conftest import MovableClock


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands.audit, arguments)


def filled() -> None:
    record.record("login.success", person="p1", client="tax", method="pwd")
    record.record(
        "login.failure", person="p2", client="tax", reason="tried 010101199003070050", outcome="failed"
    )
    jobs.ship()
    jobs.seal()


def test_verify_tells_of_an_intact_record(var_dir: Path) -> None:
    filled()
    done = run("verify")
    assert done.exit_code == 0
    assert "2 rows checked" in done.output
    assert done.output.endswith("intact\n")


def test_a_kind_that_does_not_exist_is_no_empty_answer(var_dir: Path) -> None:
    filled()
    done = run("show", "--kind", "login.sucess")
    assert done.exit_code == 2
    assert "no such kind of event" in done.output
    assert "p1" in run("show", "--kind", "login.success").output


def test_an_export_to_where_nothing_can_be_written_ends_with_one_line(var_dir: Path) -> None:
    filled()
    jobs.sign_root()
    day = f"{clock.at(clock.now()):%Y-%m-%d}"
    following = f"{clock.at(clock.now() + 86400):%Y-%m-%d}"
    done = run("export", "--from", day, "--to", following, str(var_dir / "nowhere" / "file"))
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert "No such file or directory" in done.output


def test_verify_names_the_first_wrong_row_and_fails(var_dir: Path) -> None:
    filled()
    with db.writing_engine().begin() as connection:
        connection.execute(delete(EVENTS).where(EVENTS.c.person == "p1"))
    done = run("verify")
    assert done.exit_code == 1
    assert "NOT INTACT: missing: place 1" in done.output


def test_verify_tells_what_is_not_shipped_and_what_is_quarantined(var_dir: Path) -> None:
    filled()
    quarantine = var_dir / "spool" / "quarantine"
    quarantine.mkdir()
    (quarantine / "x").write_text("broken")
    record.record("login.success")
    output = run("verify").output
    assert "bytes in the spool of this machine are not shipped yet" in output
    assert "1 broken pieces" in output


def test_verify_tells_when_no_head_was_kept(var_dir: Path) -> None:
    filled()
    (var_dir / "audit-head.json").unlink()
    assert "a cut tail would not be seen" in run("verify").output


def test_show_prints_the_newest_first_and_masked(var_dir: Path) -> None:
    filled()
    header, newest, oldest = run("show").output.splitlines()
    assert header.split()[:3] == ["TIME", "(UTC)", "KIND"]
    assert "login.failure" in newest
    assert "0****************0" in newest
    assert "010101199003070050" not in newest
    assert "login.success" in oldest


def test_show_selects(var_dir: Path) -> None:
    filled()
    assert len(run("show", "--kind", "login.success").output.splitlines()) == 2
    assert len(run("show", "--person", "p2").output.splitlines()) == 2
    assert len(run("show", "--client", "tax", "--limit", "1").output.splitlines()) == 2
    assert len(run("show", "--since", "2999-01-01").output.splitlines()) == 1


def test_events_lists_the_kinds_in_both_languages() -> None:
    output = run("events").output
    assert "code.reuse" in output
    assert "登录成功" in output
    assert run("events", "--markdown").output == commands.events_page()


def test_alarms_and_streams_are_shown(var_dir: Path, time_travel: MovableClock) -> None:
    settings.use(settings.current().model_copy(update={"audit_syslog": "udp://127.0.0.1:5514"}))
    assert run("alarms").output == run("streams").output == ""
    service.begin_stream("syslog", clock.now())
    service.keep_alarms([Sign(kind="spray", subject="192.0.2.1", count=20)], clock.now())
    filled()
    assert "3 wait" in run("streams").output
    assert "192.0.2.1" in run("alarms").output
    time_travel.advance(QUIET)
    service.keep_alarms([], clock.now())
    assert run("alarms").output == ""
    assert "until" in run("alarms", "--all").output


def test_resume_records_who_decided_and_seals_on(var_dir: Path) -> None:
    filled()
    with db.writing_engine().begin() as connection:
        connection.execute(delete(CHAIN))
        connection.execute(delete(EVENTS))
    assert run("verify").exit_code == 1
    done = run("resume", "--operator", "op-1", "--reason", "restored a backup")
    assert done.output == "1 waiting events were sealed\n"
    assert run("verify").exit_code == 0
    assert "audit.resume" in run("show").output
