"""Persons in the database: what is kept, what leads to whom, and what refuses."""

from datetime import date
from hashlib import sha256

import pytest
from sqlalchemy import text

from idp import keyring, persons
from idp.base import clock
from idp.base.errors import Rejected
from idp.persons import service
from idp.store import db
from tests.conftest import MovableClock

pytestmark = pytest.mark.usefixtures("stores")

ZHANG = "010101198504123013"
LI = "010102195109231025"
PHONE = "14000000001"
PERMIT = "810000190102030114"


def register(id_number: str = ZHANG, full_name: str = "张示", **more: str) -> str:
    return service.register(full_name=full_name, id_number=id_number, **more)  # type: ignore[arg-type]


def rows(table: str) -> list[dict[str, object]]:
    with db.reading() as connection:
        return [dict(row._mapping) for row in connection.execute(text(f"SELECT * FROM {table}"))]


def events(kind: str) -> list[dict[str, object]]:
    return [row for row in rows("audit_event") if row["kind"] == kind]


def test_a_registered_person_is_found_by_id_number_and_phone() -> None:
    person_id = register(phone_number=PHONE, service_region="010101")
    person = persons.find(person_id)
    assert person is not None
    assert (person.id, person.status, person.active, person.ial) == (person_id, "active", True, 0)
    assert (person.name, person.name_masked) == ("张示", "张*")
    assert (person.id_type, person.id_number_masked) == ("111", "0****************3")
    assert (person.birthdate, person.gender, person.nationality) == (date(1985, 4, 12), "male", "CHN")
    assert (person.phone, person.phone_masked) == ("+8614000000001", "140****0001")
    assert (person.service_region, person.profile_version, person.hmt) == ("010101", 1, "")
    assert persons.find_by_identifier("111", ZHANG) == person
    assert persons.find_by_phone("+8614000000001") == person
    assert persons.find("no such id") is None
    assert persons.find_by_identifier("111", LI) is None
    assert persons.find_by_phone("+8614000000002") is None


def test_no_personal_datum_stands_in_any_table_or_snapshot() -> None:
    person_id = register(phone_number=PHONE)
    service.set_phone(person_id, "14000000002")
    service.replace_identifier(
        person_id,
        persons.identifiers(person_id)[0].id,
        id_number="01010119850412303X",
        reason="duplicate number",
    )
    service.rename(person_id, "张示范")
    dump = repr({table: rows(table) for table in db.db.metadata.tables})
    hidden = [ZHANG, "01010119850412303X", "19850412", "1985-04-12", "张示", "4000000001", "4000000002"]
    assert [value for value in hidden if value in dump or value.encode().hex() in dump] == []
    shown = repr(persons.find(person_id))
    assert [value for value in hidden if value in shown] == []


def test_the_register_goes_before_the_number() -> None:
    person_id = service.register(
        full_name="张示", id_number=ZHANG, birthdate=date(1985, 4, 13), gender="female"
    )
    person = persons.find(person_id)
    assert person is not None
    assert (person.birthdate, person.gender) == (date(1985, 4, 13), "female")


def test_a_number_is_registered_once_however_it_is_spelt() -> None:
    register()
    with pytest.raises(Rejected) as caught:
        register("０１０１０１ 19850412-3013", "李示")
    assert caught.value.code == "person.exists"
    assert "010101" not in f"{caught.value.hint}{caught.value.why}"
    assert len(rows("person")) == 1
    assert len(events("person.register")) == 1


def test_the_same_text_under_two_types_is_two_persons() -> None:
    first = register("H12345678", "陈示", id_type="516")
    second = register("H12345678", "DEMO", id_type="414", issuer="UTO")
    found_first, found_second = (
        persons.find_by_identifier("516", "H12345678"),
        persons.find_by_identifier("414", "UTO/H12345678"),
    )
    assert found_first is not None
    assert found_second is not None
    assert (found_first.id, found_second.id) == (first, second)
    assert persons.find_by_identifier("414", "H12345678") is None


def test_a_refused_registration_leaves_nothing_behind() -> None:
    for wrong in (
        {"full_name": ""},
        {"id_number": "010101199003070190"},
        {"phone_number": "123"},
        {"phone_number": "+85291234567"},
        {"service_region": "0101"},
    ):
        with pytest.raises(Rejected):
            service.register(**({"full_name": "张示", "id_number": ZHANG} | wrong))  # type: ignore[arg-type]
    assert [rows(table) for table in ("person", "person_identifier", "identifier_index", "phone_index")] == [
        []
    ] * 4
    assert events("person.register") == []


def test_a_key_change_loses_nobody_and_admits_nobody_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    person_id = register(phone_number=PHONE)
    old = keyring.blind_indexes

    def after_change(id_type: str, value: str) -> list[tuple[str, bytes]]:
        return [("newest", sha256(f"{id_type}{value}".encode()).digest()), *old(id_type, value)]

    monkeypatch.setattr(keyring, "blind_indexes", after_change)
    found = persons.find_by_identifier("111", ZHANG)
    assert found is not None
    assert found.id == person_id
    by_phone = persons.find_by_phone("+8614000000001")
    assert by_phone is not None
    assert by_phone.id == person_id
    with pytest.raises(Rejected, match=r"person\.exists"):
        register(ZHANG, "李示")


def test_a_corrected_number_leads_to_the_same_person_and_the_old_one_to_nobody() -> None:
    person_id = register()
    old = persons.identifiers(person_id)[0]
    new_id = service.replace_identifier(
        person_id, old.id, id_number=LI, reason="wrong birth date", operator="clerk-1"
    )
    person = persons.find_by_identifier("111", LI)
    assert person is not None
    assert (person.id, person.birthdate, person.gender) == (person_id, date(1951, 9, 23), "female")
    assert persons.find_by_identifier("111", ZHANG) is None
    past, present = sorted(persons.identifiers(person_id), key=lambda row: row.valid_to is None)
    assert (past.id, past.replaced_by, past.reason) == (old.id, new_id, "wrong birth date")
    assert past.valid_to is not None
    assert (present.id, present.valid_to) == (new_id, None)
    assert len(events("person.identifier")) == 1
    other = register(ZHANG, "李示")
    assert other != person_id


def test_a_further_document_leads_to_the_same_person_until_it_ends() -> None:
    person_id = register(PERMIT, "陈示")
    permit = service.add_identifier(person_id, id_number="H12345678")
    found = persons.find_by_identifier("516", "H12345678")
    assert found is not None
    assert (found.id, found.id_type, found.hmt) == (person_id, "111", "HK")
    service.close_identifier(person_id, permit, reason="expired")
    assert persons.find_by_identifier("516", "H12345678") is None
    with pytest.raises(Rejected, match=r"identifier\.unknown"):
        service.close_identifier(person_id, permit, reason="again")


def test_the_main_document_can_only_be_replaced() -> None:
    person_id = register()
    with pytest.raises(Rejected, match=r"identifier\.shown"):
        service.close_identifier(person_id, persons.identifiers(person_id)[0].id, reason="lost")
    assert persons.find_by_identifier("111", ZHANG) is not None


def test_a_document_of_somebody_else_is_out_of_reach() -> None:
    first, second = register(), register(LI, "李示兰")
    with pytest.raises(Rejected, match=r"identifier\.unknown"):
        service.replace_identifier(
            second, persons.identifiers(first)[0].id, id_number="010101198808082054", reason="mistake"
        )
    with pytest.raises(Rejected, match=r"person\.exists"):
        service.add_identifier(second, id_number=ZHANG)
    assert persons.find_by_identifier("111", "010101198808082054") is None


def test_one_phone_logs_in_one_person() -> None:
    first, second = register(phone_number=PHONE), register(LI, "李示兰")
    with pytest.raises(Rejected, match=r"phone\.occupied"):
        service.set_phone(second, "+86 140 0000 0001")
    service.set_phone(first, None)
    service.set_phone(second, PHONE)
    found, without = persons.find_by_phone("+8614000000001"), persons.find(first)
    assert found is not None
    assert without is not None
    assert (found.id, without.phone, without.phone_masked) == (second, None, "")


def test_a_phone_of_the_special_regions_needs_one_of_their_permits() -> None:
    resident, citizen = register(PERMIT, "陈示"), register()
    service.set_phone(resident, "+85291234567")
    with pytest.raises(Rejected, match=r"phone\.region"):
        service.set_phone(citizen, "+85291234568")


def test_the_best_level_in_force_counts(time_travel: MovableClock) -> None:
    person_id = register()
    service.set_level(person_id, 1, method="base match", source="population base")
    service.set_level(person_id, 2, method="phone", source="operator")
    service.set_level(person_id, 3, method="face", source="base", expires_at=clock.now() + 60)
    assert _ial(person_id) == 3
    time_travel.advance(61)
    assert _ial(person_id) == 2
    time_travel.advance(2 * 365 * 86400)
    assert _ial(person_id) == 1
    assert [step.level for step in persons.levels(person_id)] == [1, 2, 3]


def test_evidence_cannot_outlive_its_level() -> None:
    person_id = register()
    service.set_level(person_id, 4, method="window", source="clerk", expires_at=clock.now() + 10**10)
    (step,) = persons.levels(person_id)
    assert step.expires_at == step.obtained_at + 10 * 365 * 86400
    with pytest.raises(ValueError, match="5"):
        service.set_level(person_id, 5, method="window", source="clerk")


def _ial(person_id: str) -> int:
    persons.forget()
    person = persons.find(person_id)
    assert person is not None
    return person.ial


def test_every_change_raises_the_profile_version() -> None:
    person_id = register()
    service.rename(person_id, "张示范")
    service.set_phone(person_id, PHONE)
    service.freeze(person_id, cause="fraud")
    person = persons.find(person_id)
    assert person is not None
    assert (person.profile_version, person.name) == (4, "张示范")


def test_sealed_values_cannot_be_swapped_between_persons() -> None:
    first, second = register(), register(LI, "李示兰")
    with db.writing_engine().begin() as connection:
        connection.execute(
            text("UPDATE person SET name = (SELECT name FROM person WHERE id = :a) WHERE id = :b"),
            {"a": first, "b": second},
        )
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whichever defect the keyring raises, no data leaves
        persons.queries.find(second)
    assert "张示" not in str(caught.value)
