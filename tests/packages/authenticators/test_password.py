"""Setting and checking passwords."""

import logging
import threading

import pytest
from argon2 import PasswordHasher
from sqlalchemy import update

from idp import authenticators, settings
from idp.authenticators import models, password, queries, service
from idp.authenticators.password import hashing
from idp.base.errors import Rejected, Unavailable
from idp.persons import Person
from idp.store import db
from tests.packages.authenticators import people
from tests.packages.authenticators.people import PASSWORD


def test_only_the_right_password_of_the_right_person_is_right(person: Person) -> None:
    authenticators.password.set(person.id, PASSWORD)
    assert authenticators.password.check(person.id, PASSWORD) is True
    assert authenticators.password.check(person.id, PASSWORD + "x") is False
    assert authenticators.password.check(people.nobody(), PASSWORD) is False
    assert authenticators.password.check(None, PASSWORD) is False


def test_a_person_without_a_password_has_no_right_one(person: Person) -> None:
    assert authenticators.password.enrolled(person.id) is False
    assert authenticators.password.check(person.id, "") is False


def test_a_new_password_replaces_the_old_one(person: Person) -> None:
    authenticators.password.set(person.id, PASSWORD)
    authenticators.password.set(person.id, "another river, same spring")
    assert authenticators.password.check(person.id, PASSWORD) is False
    assert authenticators.password.check(person.id, "another river, same spring") is True


def test_setting_a_password_is_on_record_without_the_password(person: Person) -> None:
    authenticators.password.set(person.id, PASSWORD, operator="window 3")
    (event,) = people.events("password.set", person.id)
    assert event.detail == '{"operator":"window 3"}'
    assert PASSWORD not in event.line().decode()


def test_a_refused_password_changes_nothing(person: Person) -> None:
    authenticators.password.set(person.id, PASSWORD)
    with pytest.raises(Rejected, match=r"password\.short"):
        authenticators.password.set(person.id, "short")
    assert authenticators.password.check(person.id, PASSWORD) is True
    assert len(people.events("password.set", person.id)) == 1


def test_what_is_stored_is_argon2id_with_the_parameters_we_say(person: Person) -> None:
    authenticators.password.set(person.id, PASSWORD)
    stored = queries.password_hash(person.id)
    assert stored
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_same_password_is_stored_differently_for_each_person(person: Person) -> None:
    authenticators.password.set(person.id, PASSWORD)
    first = queries.password_hash(person.id)
    authenticators.password.set(person.id, PASSWORD)
    assert queries.password_hash(person.id) != first


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("three rivers meet １２３", "three rivers meet 123"),
        ("ｔｈｒｅｅ　ｒｉｖｅｒｓ　ｍｅｅｔ", "three rivers meet"),
        ("e\u0301te\u0301 sur la rivie\u0300re", "\u00e9t\u00e9 sur la rivi\u00e8re"),
    ],
)
def test_input_modes_and_composition_make_no_other_password(person: Person, kept: str, typed: str) -> None:
    authenticators.password.set(person.id, kept)
    assert authenticators.password.check(person.id, typed) is True
    assert authenticators.password.check(person.id, kept) is True


def test_case_and_spaces_at_the_ends_count(person: Person) -> None:
    authenticators.password.set(person.id, PASSWORD)
    for other in (PASSWORD.upper(), PASSWORD + " ", " " + PASSWORD):
        assert authenticators.password.check(person.id, other) is False


@pytest.mark.parametrize("bad", ["\ud800" * 20, "\x00" * 20, "\u0378" * 20, "\ue000" * 20])
def test_characters_without_a_stable_form_are_wrong_or_refused_but_never_a_defect(
    person: Person, bad: str
) -> None:
    authenticators.password.set(person.id, PASSWORD)
    assert authenticators.password.check(person.id, bad) is False
    with pytest.raises(Rejected, match=r"password\.characters"):
        authenticators.password.set(person.id, bad)


def old_hash(person: Person) -> str:
    """Keep the password as somebody with weaker parameters would have."""
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with db.writing_engine().begin() as connection:
        statement = update(models.PasswordRow).where(models.PasswordRow.person_id == person.id)
        connection.execute(statement.values(hash=weak))
    return weak


def test_an_old_hash_is_made_anew_at_the_next_login(person: Person) -> None:
    authenticators.password.set(person.id, PASSWORD)
    weak = old_hash(person)
    assert authenticators.password.check(person.id, "wrong") is False
    assert queries.password_hash(person.id) == weak
    assert authenticators.password.check(person.id, PASSWORD) is True
    renewed = queries.password_hash(person.id)
    assert renewed
    assert renewed != weak
    assert hashing.outdated(renewed) is False
    assert authenticators.password.check(person.id, PASSWORD) is True


def test_a_renewed_hash_does_not_overwrite_a_changed_password(person: Person) -> None:
    authenticators.password.set(person.id, PASSWORD)
    stale = old_hash(person)
    authenticators.password.set(person.id, "another river, same spring")
    service.rehash_password(person.id, stale, "never kept")
    assert authenticators.password.check(person.id, "another river, same spring") is True


def test_a_login_does_not_fail_because_renewing_the_hash_does(
    person: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def down(*_: object) -> None:
        raise Unavailable("database")

    authenticators.password.set(person.id, PASSWORD)
    old_hash(person)
    monkeypatch.setattr(service, "rehash_password", down)
    with caplog.at_level(logging.WARNING):
        assert authenticators.password.check(person.id, PASSWORD) is True
    assert "password.rehash_put_off: database" in caplog.text


def test_two_first_passwords_at_once_leave_one_and_no_defect(person: Person) -> None:
    texts = ["three rivers meet in spring", "four rivers meet in autumn"]
    errors: list[BaseException] = []

    def work(text: str) -> None:
        try:
            authenticators.password.set(person.id, text)
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=work, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [authenticators.password.check(person.id, text) for text in texts].count(True) == 1


def test_one_process_has_one_pool_of_the_size_the_settings_say(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[int, int]] = []
    monkeypatch.setattr(password, "_pool", None)
    monkeypatch.setattr(password, "Pool", lambda *size: made.append(size) or object())
    assert password.pool() is password.pool()
    assert made == [(settings.current().hash_workers, settings.current().hash_queue)]


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a check costs: each look-up and each hash, in order."""
    done: list[str] = []
    look_up, pool = queries.password_hash, password.pool()
    verify = pool.verify

    def counted_look_up(person_id: str) -> str | None:
        done.append("look up")
        return look_up(person_id)

    def counted_verify(hashed: str | None, text: str) -> bool:
        done.append("hash")
        return verify(hashed, text)

    monkeypatch.setattr(queries, "password_hash", counted_look_up)
    monkeypatch.setattr(pool, "verify", counted_verify)
    return done


def test_h02_everybody_costs_one_look_up_and_one_hash(person: Person, work: list[str]) -> None:
    authenticators.password.set(person.id, PASSWORD)
    for person_id in (person.id, people.nobody(), None):
        for text in (PASSWORD, "wrong", ""):
            work.clear()
            authenticators.password.check(person_id, text)
            assert work == ["look up", "hash"]


@pytest.mark.parametrize("giant", ["x" * 257, "河" * 342, "x" * 1_000_000])
def test_h22_a_giant_password_is_neither_looked_up_nor_hashed(
    person: Person, work: list[str], giant: str
) -> None:
    assert authenticators.password.check(person.id, giant) is False
    with pytest.raises(Rejected, match=r"password\.long"):
        authenticators.password.set(person.id, giant)
    assert work == []
