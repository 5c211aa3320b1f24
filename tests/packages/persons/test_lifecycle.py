"""Persons who are frozen, die, or close their account."""

import pytest

from idp import persons
from idp.base.errors import Rejected
from idp.divisions.division import HIGHEST
from idp.persons import service
from tests.packages.persons.test_service import LI, PERMIT, PHONE, events, register, rows

pytestmark = pytest.mark.usefixtures("stores")


def test_freezing_and_unfreezing_are_recorded_and_cannot_repeat() -> None:
    person_id = register()
    service.freeze(person_id, cause="fraud", operator="admin-1")
    frozen = persons.find(person_id)
    assert frozen is not None
    assert (frozen.status, frozen.active) == ("frozen", False)
    with pytest.raises(Rejected, match=r"person\.status"):
        service.freeze(person_id, cause="fraud")
    service.unfreeze(person_id, cause="cleared", rank=HIGHEST)
    with pytest.raises(Rejected, match=r"person\.status"):
        service.unfreeze(person_id, cause="cleared", rank=HIGHEST)
    assert (len(events("person.freeze")), len(events("person.unfreeze"))) == (1, 1)


def test_the_dead_stay_as_they_were_and_their_number_stays_taken() -> None:
    person_id = register(phone_number=PHONE)
    service.record_death(person_id, source="civil register")
    dead = persons.find(person_id)
    assert dead is not None
    assert dead.status == "deceased"
    assert persons.find_by_phone("+8614000000001") is None
    for change in (
        lambda: service.rename(person_id, "李示"),
        lambda: service.set_phone(person_id, PHONE),
        lambda: service.unfreeze(person_id, cause="mistake", rank=HIGHEST),
        lambda: service.set_level(person_id, 4, method="window", source="clerk"),
        lambda: service.add_identifier(person_id, id_number=LI),
    ):
        with pytest.raises(Rejected, match=r"person\.status"):
            change()
    with pytest.raises(Rejected, match=r"person\.exists"):
        register()
    assert register(LI, "李示兰", phone_number=PHONE)


def test_a_closed_account_leaves_its_numbers_and_its_phone_to_whoever_registers_again() -> None:
    person_id = register(PERMIT, "陈示", phone_number="+85291234567")
    service.add_identifier(person_id, id_number="H12345678")
    service.close(person_id, cause="request", operator="admin-1")
    closed = persons.find(person_id)
    assert closed is not None
    assert (closed.status, closed.active, closed.phone) == ("closed", False, None)
    assert persons.find_by_identifier("111", PERMIT) is None
    assert persons.find_by_identifier("516", "H12345678") is None
    assert persons.find_by_phone("+85291234567") is None
    documents = persons.identifiers(person_id)
    assert [row.reason for row in documents] == ["account closed"] * 2
    assert all(row.valid_to is not None for row in documents)
    assert rows("identifier_index") == rows("phone_index") == []
    again = register(PERMIT, "陈示", phone_number="+85291234567")
    assert again != person_id
    (event,) = events("person.close")
    assert event["person"] == person_id


def test_a_closed_account_stays_closed_and_a_frozen_one_cannot_be_closed() -> None:
    closed, frozen = register(), register(LI, "李示兰")
    service.close(closed, cause="request")
    service.freeze(frozen, cause="fraud")
    for change in (
        lambda: service.close(closed, cause="again"),
        lambda: service.unfreeze(closed, cause="mistake", rank=HIGHEST),
        lambda: service.freeze(closed, cause="fraud"),
        lambda: service.record_death(closed),
        lambda: service.close(frozen, cause="request"),
    ):
        with pytest.raises(Rejected, match=r"person\.status"):
            change()
    assert persons.find_by_identifier("111", LI) is not None


def test_nobody_is_changed_under_an_unknown_id() -> None:
    with pytest.raises(Rejected, match=r"person\.unknown"):
        service.freeze("no such id", cause="fraud")
    assert events("person.freeze") == []
