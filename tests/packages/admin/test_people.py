"""People at the console: found for a case and a reason, masked, and stopped or helped on record."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from idp import persons, sessions
from idp.base.errors import Rejected
from idp.inquiries import service as inquiry_service
from idp.inquiries.inquiry import LIFETIME, MOST_IN_A_MINUTE
from idp.login import throttle
from idp.persons import service as register
from idp.store import db, redis
from tests.actors import Person, portal
from tests.conftest import MovableClock
from tests.officers import CITY, OTHER_CITY, PROVINCE, Officer, appointed, grow_tree, landed
from tests.records import events, nothing_changed, one_event

pytestmark = pytest.mark.usefixtures("stores")

NUMBER = "010101198504123013"
GROUNDS = {"case": "12345-2026-0007", "reason": "本人来电，手机丢失"}


def resident(region: str = CITY, phone: str | None = "13800001234") -> str:
    """Somebody served by a region, proven to level 3; the id."""
    person_id = register.register(
        full_name="张示范", id_number=NUMBER, phone_number=phone, service_region=region, source="test"
    )
    register.set_level(person_id, 3, method="registry_match", source="test")
    return person_id


def search(officer: Officer, number: str = NUMBER, **changes: str) -> str:
    """Look somebody up; the address of the file."""
    answer = officer.post("/admin/people", {**GROUNDS, "number": number, **changes}, page="/admin/people")
    return landed(answer)


@pytest.fixture
def officer(app: Flask) -> Officer:
    return Officer(app, "security_administrator", division=CITY)


def test_a_person_is_found_by_the_full_number_and_shown_masked(officer: Officer) -> None:
    person_id = resident()
    with one_event("people.search"):
        page = officer.get(search(officer, "010101 1985-0412-3013")).text
    assert "张*范" in page
    assert "0****************3" in page
    assert "138****1234" in page
    for secret in (NUMBER, "13800001234", "张示范", person_id, "1985"):
        assert secret not in page
    event = events("people.search")[-1]
    assert (event.person, event.outcome) == (person_id, "success")
    assert all(text in event.detail for text in (*GROUNDS.values(), officer.member.id))
    assert NUMBER not in repr(tuple(event))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"case": ""}, "案件或工单编号"),
        ({"case": "a b"}, "案件或工单编号"),
        ({"case": NUMBER}, "案件或工单编号"),
        ({"case": "4-" + "1" * 40}, "案件或工单编号"),
        ({"reason": "查"}, "查找理由"),
        ({"reason": "来电\u202e核实身份"}, "查找理由"),
        ({"reason": f"查{NUMBER}此人"}, "个人信息"),
        ({"reason": "回拨13800001234"}, "个人信息"),
        ({"number": "010101198504123014"}, "校验未通过"),
        ({"number": "0101011985041230"}, "完整的证件号码"),
        ({"number": "13800001234"}, "完整的证件号码"),
        ({"number": "张示范"}, "完整的证件号码"),
        ({"number": "9" * 5000}, "完整的证件号码"),
    ],
)
def test_nobody_is_looked_for_without_grounds_and_a_full_number(
    officer: Officer, changes: dict[str, str], words: str
) -> None:
    resident()
    form = {**GROUNDS, "number": NUMBER, **changes}
    with nothing_changed():
        answer = officer.post("/admin/people", form, page="/admin/people")
    assert answer.status_code == 400
    assert words in answer.text
    assert NUMBER not in answer.text
    assert "13800001234" not in answer.text
    assert events("people.search") == []


def test_who_is_out_of_reach_is_answered_like_who_is_not_there(app: Flask) -> None:
    away = resident(OTHER_CITY)
    city = Officer(app, "security_administrator", division=CITY)
    form = {**GROUNDS, "number": NUMBER}
    there = city.post("/admin/people", form, page="/admin/people")
    nobody = city.post("/admin/people", {**form, "number": "010101199001011014"}, page="/admin/people")
    assert there.status_code == nobody.status_code == 404
    assert _bare(there.text) == _bare(nobody.text)
    refused, failed = events("people.search")
    assert (refused.person, refused.outcome, refused.reason) == (away, "refused", "out of reach")
    assert (failed.person, failed.outcome, failed.reason) == ("", "failed", "nobody")
    assert landed(
        Officer(app, "support", division=PROVINCE).post("/admin/people", form, page="/admin/people")
    ).startswith("/admin/people/")


def test_whoever_stands_nowhere_is_reached_from_the_nation_only(app: Flask) -> None:
    resident("")
    province, nation = Officer(app, "support", division=PROVINCE), Officer(app, "support")
    form = {**GROUNDS, "number": NUMBER}
    assert province.post("/admin/people", form, page="/admin/people").status_code == 404
    assert nation.post("/admin/people", form, page="/admin/people").status_code == 303


def test_a_file_is_of_its_officer_and_of_a_short_while(
    app: Flask, officer: Officer, time_travel: MovableClock
) -> None:
    resident()
    path = search(officer)
    other = Officer(app, "security_administrator", division=CITY)
    for verb in ("freeze", "unfreeze", "unlock", "reprove", "sign-out", "close"):
        assert other.post(f"{path}/{verb}").status_code == 404
    assert other.get(path).status_code == 404
    assert persons.read(_person()).active  # type: ignore[union-attr]
    assert landed(officer.post(f"{path}/close", page=path)) == "/admin/people"
    assert officer.get(path).status_code == 404
    key = _key(search(officer))
    assert 0 < int(redis.call("TTL", key)) <= LIFETIME


def test_a_file_closes_when_the_person_moves_out_of_reach(app: Flask) -> None:
    person_id = resident()
    grow_tree()
    member, _ = appointed("support", division=PROVINCE)
    token = inquiry_service.begin(NUMBER, *GROUNDS.values(), actor=member)
    assert token
    assert inquiry_service.resume(token, actor=member)[1].id == person_id
    with db.writing_engine().begin() as connection:
        connection.exec_driver_sql("UPDATE person SET service_region = '020000'")
    with pytest.raises(Rejected):
        inquiry_service.resume(token, actor=member)


def test_what_is_kept_of_an_inquiry_names_nobody(officer: Officer) -> None:
    resident()
    search(officer)
    kept = redis.call("KEYS", "inquiry:*")
    assert len(kept) == 1
    assert NUMBER.encode() not in redis.call("GET", kept[0])
    assert b"13800001234" not in redis.call("GET", kept[0])


def test_looking_up_by_the_dozen_is_refused_and_seen(officer: Officer) -> None:
    resident()
    form = {**GROUNDS, "number": NUMBER}
    # Twice as many and one more: the minute may end in between.
    answers = [
        officer.post("/admin/people", form, page="/admin/people") for _ in range(2 * MOST_IN_A_MINUTE + 1)
    ]
    assert 429 in [answer.status_code for answer in answers]
    assert "too many" in [event.reason for event in events("people.search")]


def test_freezing_stops_the_account_and_ends_every_login(app: Flask, officer: Officer) -> None:
    person_id = resident()
    browser, tax = Person(app), portal()
    browser.log_in(person_id)
    browser.tokens(tax)
    path = search(officer)
    assert tax.client.name in officer.get(path).text
    with one_event("person.freeze"), one_event("session.kill"):
        assert landed(officer.post(f"{path}/freeze", page=path)) == path
    assert persons.read(person_id).status == "frozen"  # type: ignore[union-attr]
    assert sessions.of_person(person_id) == []
    detail = events("person.freeze")[-1].detail
    assert all(text in detail for text in (*GROUNDS.values(), officer.member.id))
    with one_event("person.unfreeze"):
        officer.post(f"{path}/unfreeze", page=path)
    assert persons.read(person_id).active  # type: ignore[union-attr]
    assert officer.post(f"{path}/unfreeze", page=path).status_code == 303
    assert "账号当前状态不允许此操作" in officer.get(path).text


def test_ending_logins_names_who_did_it_and_why(app: Flask) -> None:
    officer = Officer(app, "support", division=CITY)
    person_id = resident()
    for _ in range(2):
        Person(app).log_in(person_id)
    path = search(officer)
    assert officer.post(f"{path}/freeze", page=path).status_code == 403
    assert officer.post(f"{path}/reprove", page=path).status_code == 403
    officer.post(f"{path}/sign-out", page=path)
    assert sessions.of_person(person_id) == []
    killed = events("session.kill")
    assert len(killed) == 2
    assert all(officer.member.id in event.detail for event in killed)
    assert killed[0].reason == f"{GROUNDS['case']}: {GROUNDS['reason']}"
    assert persons.read(person_id).active  # type: ignore[union-attr]


def _throttled(name: str) -> Callable[[], bool]:
    for _ in range(5):
        throttle.admit(name, "192.0.2.7", "").failed()

    def held_back() -> bool:
        try:
            throttle.admit(name, "192.0.2.7", "").released()
        except throttle.Paused:
            return True
        return False

    assert held_back()
    return held_back


@pytest.mark.parametrize("flushed", [False, True])
def test_lifting_a_pause_forgives_number_phone_and_codes_and_nobody_else(app: Flask, flushed: bool) -> None:
    officer = Officer(app, "support", division=CITY)
    person_id = resident()
    number, phone = _throttled(f"number|111|{NUMBER}"), _throttled("phone||+8613800001234")
    stranger = _throttled("number|111|010101199001011014")
    for _ in range(5):
        throttle.admit_factor(person_id).failed()
    path = search(officer)
    assert 'id="paused">至' in officer.get(path).text
    if flushed:
        for key in redis.call("KEYS", "throttle:*"):
            redis.call("DEL", key)
    with one_event("login.unlock"):
        officer.post(f"{path}/unlock", page=path)
    assert not number()
    assert not phone()
    throttle.admit_factor(person_id)
    assert stranger()
    assert 'id="paused">无' in officer.get(path).text
    event = events("login.unlock")[-1]
    assert event.person == person_id
    assert all(text in event.detail for text in (*GROUNDS.values(), officer.member.id))


def test_a_new_proof_is_demanded_by_letting_the_level_lapse(app: Flask, officer: Officer) -> None:
    person_id = resident()
    browser = Person(app)
    browser.log_in(person_id, ial=3)
    path = search(officer)
    with one_event("person.level"), one_event("session.kill"):
        officer.post(f"{path}/reprove", page=path)
    person = persons.read(person_id)
    assert person
    assert (person.ial, person.active) == (0, True)
    assert sessions.of_person(person_id) == []
    assert all(text in events("person.level")[-1].detail for text in (*GROUNDS.values(), '"previous":3'))
    register.set_level(person_id, 2, method="registry_match", source="test")
    assert persons.read(person_id).ial == 2  # type: ignore[union-attr]


def test_the_file_is_there_in_english_too(officer: Officer) -> None:
    resident()
    path = search(officer)
    page = officer.get(f"{path}?lang=en").text
    assert "Freeze the account" in page
    bare = _main(page).replace("张*范", "").replace(GROUNDS["reason"], "")
    assert not re.search("[\u4e00-\u9fff]", bare)


def _main(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def _bare(page: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)


def _key(path: str) -> str:
    return str(inquiry_service._records.key(path.rpartition("/")[2]))


def _person() -> str:
    found = persons.find_by_identifier("111", NUMBER)
    assert found
    return found.id
