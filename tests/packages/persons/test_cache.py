"""The persons a process remembers."""

from collections.abc import Iterator

import pytest

from idp.persons import cache
from idp.persons.person import Person
from tests.conftest import MovableClock


def person(person_id: str, version: int = 1) -> Person:
    return Person(
        id=person_id, status="active", name="张示", ial=0, id_type="111", id_number_masked="0*3",
        birthdate=None, gender="", nationality="CHN", hmt="", phone=None, service_region="",
        profile_version=version, created_at=0,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_a_person_is_read_once_in_30_seconds(time_travel: MovableClock) -> None:
    reads: list[str] = []

    def read(person_id: str) -> Person:
        reads.append(person_id)
        return person(person_id)

    cache.get("a", read)
    time_travel.advance(29)
    cache.get("a", read)
    assert reads == ["a"]
    time_travel.advance(2)
    cache.get("a", read)
    assert reads == ["a", "a"]


def test_a_dropped_person_is_read_anew() -> None:
    cache.get("a", lambda person_id: person(person_id, 1))
    cache.drop("a")
    anew = cache.get("a", lambda person_id: person(person_id, 2))
    assert anew is not None
    assert anew.profile_version == 2


def test_what_was_read_during_a_change_is_not_kept() -> None:
    def read_while_somebody_changes(person_id: str) -> Person:
        cache.drop(person_id)
        return person(person_id, 1)

    cache.get("a", read_while_somebody_changes)
    anew = cache.get("a", lambda person_id: person(person_id, 2))
    assert anew is not None
    assert anew.profile_version == 2


def test_a_stranger_is_not_remembered() -> None:
    assert cache.get("a", lambda _: None) is None
    assert cache.get("a", person) is not None


def test_the_oldest_leave_when_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "CAPACITY", 2)
    for person_id in "abc":
        cache.get(person_id, person)
    assert cache.get("b", lambda _: None) is not None
    assert cache.get("a", lambda _: None) is None
