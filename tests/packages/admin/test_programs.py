"""What programs do about people: as the console does it, for a case and a reason, on record, within reach."""

import pytest
from flask import Flask

from idp import persons, sessions
from idp.base.errors import Unavailable
from idp.inquiries.inquiry import LIFETIME, MOST_IN_A_MINUTE
from idp.login import throttle
from idp.logout import people
from idp.persons import service as register
from tests.actors import Person, portal
from tests.conftest import MovableClock
from tests.officers import CITY, OTHER_CITY, PROVINCE, Officer, grow_tree
from tests.programs import Program, program
from tests.records import events, nothing_changed, one_event

pytestmark = pytest.mark.usefixtures("stores")

NUMBER = "010101198504123013"
GROUNDS = {"case": "12345-2026-0007", "reason": "异常登录，系统自动核查"}
POWERS = (
    "admin:people:search", "admin:people:freeze", "admin:people:reprove", "admin:people:unlock",
    "admin:sessions:end",
)  # fmt: skip


def resident(region: str = CITY) -> str:
    person_id = register.register(
        full_name="张示范", id_number=NUMBER, phone_number="13800001234", service_region=region, source="test"
    )
    register.set_level(person_id, 3, method="registry_match", source="test")
    return person_id


@pytest.fixture
def caller(app: Flask) -> Program:
    grow_tree()
    return program(app, *POWERS, division=CITY)


def opened(caller: Program, **changes: str) -> str:
    """Look somebody up; the path of the file."""
    answer = caller.call("POST", "/people", {"number": NUMBER, **GROUNDS, **changes})
    assert answer.status_code == 201, answer.text
    assert answer.json
    assert answer.json["expires_in"] == LIFETIME
    return f"/people/{answer.json['inquiry']}"


def test_a_person_is_found_by_the_full_number_and_shown_masked(caller: Program) -> None:
    person_id = resident()
    with one_event("people.search"):
        path = opened(caller)
    answer = caller.call("GET", path)
    shown = answer.json
    assert shown
    assert (shown["name"], shown["phone"], shown["level"], shown["status"]) == (
        "张*范", "138****1234", 3, "active",
    )  # fmt: skip
    assert shown["documents"][0]["masked"] == "0****************3"
    for secret in (NUMBER, "13800001234", "张示范", person_id, "1985"):
        assert secret not in answer.text + path
    event = events("people.search")[-1]
    assert (event.person, event.outcome) == (person_id, "success")
    assert all(text in event.detail for text in (*GROUNDS.values(), "client:program-"))
    assert NUMBER not in repr(tuple(event))


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"case": ""}, 400, "inquiry.case"),
        ({"case": NUMBER}, 400, "inquiry.case"),
        ({"reason": "查"}, 400, "inquiry.reason"),
        ({"reason": f"查{NUMBER}此人"}, 400, "inquiry.personal"),
        ({"number": "010101198504123014"}, 400, "id_number.check"),
        ({"number": "张示范"}, 400, "id_number.format"),
        ({"number": "010101199001011014"}, 404, "not_found"),
        ({"number": "9" * 5000}, 422, "invalid_request"),
    ],
)
def test_nobody_is_looked_for_without_grounds_and_a_full_number(
    caller: Program, changes: dict[str, str], status: int, code: str
) -> None:
    resident()
    with nothing_changed():
        answer = caller.call("POST", "/people", {"number": NUMBER, **GROUNDS, **changes})
    assert (answer.status_code, (answer.json or {})["code"]) == (status, code)
    assert NUMBER not in answer.text


def test_l13_who_is_out_of_reach_is_answered_like_who_is_not_there(app: Flask, caller: Program) -> None:
    away = resident(OTHER_CITY)
    with nothing_changed():
        there = caller.call("POST", "/people", {"number": NUMBER, **GROUNDS})
        nobody = caller.call("POST", "/people", {"number": "010101199001011014", **GROUNDS})
    told = [{**(answer.json or {}), "reference": ""} for answer in (there, nobody)]
    assert told[0] == told[1]
    assert told[0]["status"] == 404
    refused, failed = events("people.search")
    assert (refused.person, refused.outcome) == (away, "refused")
    assert (failed.person, failed.outcome) == ("", "failed")
    opened(program(app, *POWERS, division=PROVINCE))


def test_a_file_is_of_its_caller_and_of_a_short_while(
    app: Flask, caller: Program, time_travel: MovableClock
) -> None:
    resident()
    path = opened(caller)
    officer = Officer(app, "security_administrator", division=CITY)
    assert officer.get(f"/admin{path}").status_code == 404
    other = program(app, *POWERS, division=PROVINCE)
    for method, verb in (("GET", ""), ("DELETE", ""), ("POST", "/freeze"), ("POST", "/unlock")):
        assert other.call(method, path + verb).status_code == 404
    assert caller.call("DELETE", path).status_code == 204
    assert caller.call("GET", path).status_code == 404


def test_each_verb_needs_its_permission(app: Flask) -> None:
    grow_tree()
    person_id = resident()
    looker = program(app, "admin:people:search", division=CITY)
    path = opened(looker)
    with nothing_changed():
        for verb in ("freeze", "unfreeze", "unlock", "reprove", "sign-out"):
            assert looker.call("POST", f"{path}/{verb}").status_code == 403, verb
    assert persons.read(person_id).active  # type: ignore[union-attr]


def test_freezing_stops_the_account_and_ends_every_login(app: Flask, caller: Program) -> None:
    person_id, browser = resident(), Person(app)
    browser.log_in(person_id)
    browser.tokens(portal())
    path = opened(caller)
    shown = caller.call("GET", path).json or {}
    assert (shown["sessions"], shown["portals"]) == (1, ["tax"])
    with one_event("person.freeze"), one_event("session.kill"):
        answer = caller.call("POST", f"{path}/freeze")
    assert answer.json == {"status": "frozen", "sessions": 1, "grants": 0, "unfinished": False}
    assert sessions.of_person(person_id) == []
    assert all(text in events("person.freeze")[-1].detail for text in (*GROUNDS.values(), "client:program"))
    with one_event("person.unfreeze"):
        assert (caller.call("POST", f"{path}/unfreeze").json or {})["status"] == "active"
    with nothing_changed():
        again = caller.call("POST", f"{path}/unfreeze")
    assert (again.status_code, (again.json or {})["code"]) == (409, "person.status")


def test_what_a_store_leaves_undone_is_told_and_not_taken_for_a_failure(
    caller: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    person_id = resident()
    path = opened(caller)

    def away(*_: object, **__: object) -> object:
        raise Unavailable("redis")

    with monkeypatch.context() as broken:
        broken.setattr(people, "end_everything", away)
        answer = caller.call("POST", f"{path}/freeze")
    assert (answer.status_code, (answer.json or {})["unfinished"]) == (202, True)
    assert persons.read(person_id).status == "frozen"  # type: ignore[union-attr]


def test_logins_levels_and_pauses_are_ended_on_record(app: Flask, caller: Program) -> None:
    person_id = resident()
    for _ in range(2):
        Person(app).log_in(person_id, ial=3)
    for _ in range(5):
        throttle.admit(f"number|111|{NUMBER}", "192.0.2.7", "").failed()
    path = opened(caller)
    assert (caller.call("GET", path).json or {})["paused_until"]
    with one_event("login.unlock"):
        assert (caller.call("POST", f"{path}/unlock").json or {})["lifted"] >= 1
    assert (caller.call("GET", path).json or {})["paused_until"] is None
    assert (caller.call("POST", f"{path}/sign-out").json or {})["sessions"] == 2
    assert all("client:program" in event.detail for event in events("session.kill"))
    with one_event("person.level"):
        caller.call("POST", f"{path}/reprove")
    assert persons.read(person_id).ial == 0  # type: ignore[union-attr]


def test_looking_up_by_the_dozen_is_refused_and_seen(caller: Program) -> None:
    resident()
    # Twice as many and one more: the minute may end in between.
    answers = [
        caller.call("POST", "/people", {"number": NUMBER, **GROUNDS}) for _ in range(2 * MOST_IN_A_MINUTE + 1)
    ]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].headers["Retry-After"]
    assert "too many" in [event.reason for event in events("people.search")]


def test_a_search_sent_again_opens_the_same_file_and_shows_nobody(caller: Program) -> None:
    resident()
    sent = {"number": NUMBER, **GROUNDS}
    first, again = (
        caller.call("POST", "/people", sent, **{"Idempotency-Key": "search-0001"}) for _ in range(2)
    )
    assert first.json == again.json
    assert "张" not in again.text
    assert len(events("people.search")) == 1
