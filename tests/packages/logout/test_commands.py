"""``idp persons``: what an operator types and reads."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
import pytest
from click.testing import CliRunner, Result
from flask import Flask

from idp import persons, sessions, settings
from idp.base import clock
from idp.logout import commands, jobs, people, queries
from idp.store import redis
from tests.actors import Person, citizen, portal
from tests.conftest import MovableClock
from tests.records import events, nothing_changed, one_event

pytestmark = pytest.mark.usefixtures("stores")

NUMBER = "010101198504123013"
OTHER = "01010119900307019X"


def run(*arguments: str, typed: str = "", code: int = 0) -> Result:
    result = CliRunner().invoke(commands.persons, arguments, input=typed)
    assert result.exit_code == code, result.output
    assert NUMBER not in result.output
    assert OTHER not in result.output
    return result


def status(person_id: str) -> str:
    person = persons.read(person_id)
    assert person is not None
    return person.status


def test_a_person_is_shown_masked(app: Flask) -> None:
    person_id = citizen(NUMBER)
    browser = Person(app)
    browser.log_in(person_id)
    browser.tokens(portal("tax"))
    with one_event("people.search"):
        shown = run("show", person_id).output
    event = events("people.search")[-1]
    assert (event.person, '"operator"' in event.detail) == (person_id, True)
    for part in (person_id, "正常 active", "张*", "111 0****************3", "level: 3", "sessions: 1 tax"):
        assert part in shown, part
    assert "张示" not in shown


def test_a_number_is_read_from_the_standard_input(app: Flask) -> None:
    person_id = citizen(OTHER)
    for spelling in (OTHER, OTHER.lower(), f"  {OTHER[:6]} {OTHER[6:]} "):
        assert person_id in run("show", typed=f"{spelling}\n").output


def test_a_number_is_asked_for_unseen_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def prompt(text: str, **how: Any) -> str:
        asked.append({"text": text, **how})
        return NUMBER

    person_id = citizen(NUMBER)
    monkeypatch.setattr(click, "prompt", prompt)
    monkeypatch.setattr(commands, "_terminal", lambda: True)
    assert person_id in run("show").output
    assert asked == [{"text": "证件号码 ID number", "hide_input": True}]


@pytest.mark.parametrize("verb", ["show", "freeze", "unfreeze", "record-death", "close"])
def test_a_number_is_refused_as_an_argument_and_not_repeated(verb: str) -> None:
    person_id = citizen(NUMBER)
    refused = run(verb, NUMBER, code=2).output
    assert "不得写在命令行中" in refused
    assert "must not stand in a command line" in refused
    assert status(person_id) == "active"


def test_freezing_ends_the_logins_and_unfreezing_lets_the_person_in_again(app: Flask) -> None:
    person_id = citizen(NUMBER)
    browser = Person(app)
    browser.log_in(person_id)
    browser.tokens(portal("tax", scopes=("openid", "offline_access")), scope="openid offline_access")
    told = run("freeze", person_id, "--cause", "court order").output
    assert "已冻结 frozen" in told
    assert "Sessions ended: 1; offline grants: 1" in told
    assert (status(person_id), sessions.of_person(person_id)) == ("frozen", [])
    (event,) = events("person.freeze")
    assert '"operator"' in event.detail
    assert "此前已是此状态" in run("freeze", "--cause", "court order", typed=NUMBER).output
    assert "已解冻" in run("unfreeze", person_id, "--cause", "cleared").output
    assert status(person_id) == "active"


def test_what_cannot_be_taken_back_is_asked_again() -> None:
    person_id = citizen(NUMBER)
    for verb, reason in (("close", "--cause"), ("record-death", "--source")):
        for answer in ("n\n", ""):
            shown = run(verb, person_id, reason, "x", typed=answer, code=1).output
            assert "不能恢复" in shown
            assert "张*" in shown
    assert status(person_id) == "active"
    run("close", "--cause", "request", typed=f"{NUMBER}\ny\n")
    assert status(person_id) == "closed"


def test_a_death_is_recorded_with_its_source() -> None:
    person_id = citizen(NUMBER)
    assert "--source" in run("record-death", person_id, code=2).output
    run("record-death", person_id, "--source", "civil register", "--yes")
    assert status(person_id) == "deceased"
    assert events("person.death")[-1].person == person_id


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "这不是证件号码"),
        ("nonsense", "这不是证件号码"),
        ("010101198504123014", "校验位不对"),
        ("010101198502303010", "日期不存在"),
        (OTHER, "没有这个人"),
    ],
)
def test_a_number_that_leads_to_nobody_says_why(typed: str, said: str) -> None:
    assert said in run("freeze", "--cause", "x", typed=typed, code=1).output


def test_an_unknown_person_and_an_unfit_state_are_said_in_both_languages() -> None:
    person_id = citizen(NUMBER)
    unknown = run("show", "00000000-0000-4000-8000-000000000000", code=1).output
    assert "没有这个人" in unknown
    assert "no such person" in unknown
    unfit = run("unfreeze", person_id, "--cause", "x", code=1).output
    assert "不允许此操作：正常 active" in unfit
    assert "does not allow this" in unfit


def test_without_redis_the_operator_hears_what_is_done_and_what_is_left(
    test_settings: settings.Settings,
) -> None:
    person_id = citizen(NUMBER)
    redis.open("unix:///nowhere/valkey.sock")
    try:
        left = run("freeze", person_id, "--cause", "x", code=1).output
        assert "账号已停用" in left
        assert "The account is stopped, but redis does not answer" in left
        assert "redis does not answer" in run("show", person_id, code=1).output
    finally:
        redis.open(test_settings.cache_url)
    assert status(person_id) == "frozen"
    run("freeze", person_id, "--cause", "x")


def listed(folder: Path, *person_ids: str) -> str:
    file = folder / "who.jsonl"
    file.write_text("".join(json.dumps({"person": one}) + "\n" for one in person_ids), "utf-8")
    return str(file)


def test_everybody_in_a_file_is_logged_out_by_the_worker(
    app: Flask, tmp_path: Path, time_travel: MovableClock
) -> None:
    mine, other = citizen(NUMBER), citizen(OTHER)
    tax = portal("tax", backchannel_logout_uri="https://tax.example.gov/out")
    for person_id in (mine, other):
        browser = Person(app)
        browser.log_in(person_id)
        browser.tokens(tax)
    with one_event("session.kill"):
        run("sign-out-listed", listed(tmp_path, mine, mine), "--cause", "泄露")
    ordered = json.loads(events("session.kill")[-1].detail)
    assert (ordered["cause"], ordered["count"]) == ("泄露", 1)
    assert "0人" in run("sign-out-listed", listed(tmp_path, mine), "--cause", "泄露").output
    time_travel.advance(60)
    assert jobs.end_stopped() == 1
    assert (sessions.of_person(mine), len(sessions.of_person(other))) == ([], 1)
    assert [row.person_id for row in queries.due(clock.now(), 9)] == [mine]
    assert status(mine) == "active"
    assert jobs.end_stopped() == 0


@pytest.mark.parametrize("line", ["", "x", "[]", '{"person": 7}', '{"person": "010101198504123013"}', "{}"])
def test_a_file_that_is_half_wrong_logs_nobody_out(app: Flask, tmp_path: Path, line: str) -> None:
    file = listed(tmp_path, citizen(OTHER))
    with Path(file).open("a", encoding="utf-8") as more:
        more.write(line + "\n")
    with nothing_changed():
        assert "Line 2" in run("sign-out-listed", file, "--cause", "泄露", code=1).output


def test_very_many_are_promised_in_batches(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "_AT_ONCE", 3)
    many = [str(uuid4()) for _ in range(8)]
    assert people.sign_out_many(many, cause="泄露", operator="x") == 8
    assert people.sign_out_many([*many, str(uuid4())], cause="泄露", operator="x") == 1
    assert len(queries.endings(clock.now(), 99)) == 9
