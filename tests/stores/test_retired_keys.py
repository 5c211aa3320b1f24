"""A sealing or index key ends only when nothing lies under it; whatever is in doubt keeps it."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from idp import keyring, settings
from idp.base.errors import Rejected
from idp.keyring import service
from idp.keyring.marker import Entry
from idp.keyring.sealing import key_id
from idp.persons.models import IdentifierIndexRow, IdentifierRow, PersonRow, PhoneIndexRow
from idp.store import db
from tests import keys
from tests.conftest import MovableClock
from tests.stores.keyed import (
    KINDS,
    SETTLED,
    discard,
    found_by_number,
    people,
    reseal,
    rotate_both,
    run,
    used,
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_something_lies_under_cannot_be_retired(
    keys_folder: Path, time_travel: MovableClock, kind: str
) -> None:
    people()
    old = rotate_both(time_travel)
    done = run("retire", "--yes", old[kind])
    assert done.exit_code == 1
    assert "idp keys reseal" in done.output
    assert list(keys_folder.glob(f"*{old[kind]}*"))
    assert old[kind] in {entry.kid for entry in keyring.current().entries if entry.retired_at is None}


@pytest.mark.parametrize("kind", KINDS)
def test_the_last_row_is_enough_to_keep_a_key(
    keys_folder: Path, time_travel: MovableClock, kind: str
) -> None:
    people()
    last = max(row.id for row in db.fetch_all(select(PersonRow.id)))
    kept = db.fetch_all(select(PersonRow.name).where(PersonRow.id == last))[0].name
    old = rotate_both(time_travel)
    reseal()
    current = keys.entry(keys_folder, "blind-index").kid
    index = IdentifierIndexRow
    with db.writing_engine().begin() as connection:
        connection.execute(update(PersonRow).where(PersonRow.id == last).values(name=kept))
        connection.execute(delete(index).where(index.person_id == last, index.key_id == current))
    with pytest.raises(Rejected, match=r"key\.in_use"):
        discard(old[kind])


def test_a_key_is_not_retired_before_every_process_has_left_it(
    keys_folder: Path, time_travel: MovableClock
) -> None:
    people()
    old = keys.entry(keys_folder, "seal").kid
    time_travel.advance(1)
    service.rotate("seal", operator="tester", record=keys.Record())
    reseal()
    with pytest.raises(Rejected, match=r"key\.unsettled"):
        discard(old)
    time_travel.advance(SETTLED)
    discard(old)


def test_a_database_without_anything_sealed_is_taken_for_the_wrong_one(
    keys_folder: Path, time_travel: MovableClock
) -> None:
    for kid in rotate_both(time_travel).values():
        with pytest.raises(Rejected, match=r"key\.nothing"):
            discard(kid)


def test_a_key_in_force_and_one_that_waits_for_it_stay(
    keys_folder: Path, time_travel: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(4)
    with pytest.raises(Rejected, match=r"key\.in_force"):
        discard(keys.entry(keys_folder, "seal").kid)
    later = settings.current().model_copy(update={"key_publish_lead": 86400})
    monkeypatch.setattr(settings.settings, "_current", later)
    waiting = service.rotate("seal", operator="tester", record=keys.Record())
    with pytest.raises(Rejected, match=r"key\.in_force"):
        discard(waiting.kid)


@pytest.mark.parametrize("kind", ["token", "pairwise", "web", "ES256"])
def test_keys_of_other_kinds_are_not_discarded(keys_folder: Path, kind: str) -> None:
    with pytest.raises(Rejected, match=r"key\.kind"):
        discard(keys.entry(keys_folder, kind).kid)


def test_an_unknown_key_is_not_discarded(keys_folder: Path, time_travel: MovableClock) -> None:
    people(4)
    old = rotate_both(time_travel)["seal"]
    reseal()
    discard(old)
    for kid in (old, "nobody"):
        with pytest.raises(Rejected, match=r"key\.unknown"):
            discard(kid)


def test_a_key_stays_when_its_end_cannot_be_recorded(keys_folder: Path, time_travel: MovableClock) -> None:
    people(4)
    old = rotate_both(time_travel)["seal"]
    reseal()

    def full(kind: str, /, **detail: object) -> None:
        raise OSError("disk full")

    def nothing(entry: Entry) -> bool:
        return False

    with pytest.raises(OSError, match="disk full"):
        service.discard(old, operator="tester", record=full, depends=nothing)
    assert list(keys_folder.glob(f"*{old}*"))


def test_what_does_not_open_is_named_and_keeps_its_key(
    keys_folder: Path, time_travel: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    made = people()
    old = rotate_both(time_travel)
    with db.writing_engine().begin() as connection:
        box = connection.execute(select(PersonRow.name).where(PersonRow.id == made[0])).scalar_one()
        broken = box[:-1] + bytes([box[-1] ^ 1])
        connection.execute(update(PersonRow).where(PersonRow.id == made[0]).values(name=broken))
    with caplog.at_level(logging.ERROR):
        done = run("reseal")
    assert done.exit_code == 1
    assert "run this again" in done.output
    assert f"person.name does not open at {made[0]}" in caplog.text
    left = [row.id for row in db.fetch_all(select(PersonRow)) if key_id(row.name) == old["seal"]]
    assert left == [made[0]]
    with pytest.raises(Rejected, match=r"key\.in_use"):
        discard(old["seal"])


def test_what_cannot_be_indexed_is_named_and_keeps_its_key(
    keys_folder: Path, time_travel: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    made = people()
    old = rotate_both(time_travel)
    with db.writing_engine().begin() as connection:
        where = IdentifierRow.person_id == made[0]
        connection.execute(update(IdentifierRow).where(where).values(sealed=b"x" * 60))
    with caplog.at_level(logging.ERROR):
        done = run("reseal")
    assert done.exit_code == 1
    assert f"identifier_index of {made[0]}" in caplog.text
    with pytest.raises(Rejected, match=r"key\.in_use"):
        discard(old["blind-index"])


def test_an_index_entered_late_under_a_retired_key_goes_with_the_next_run(
    keys_folder: Path, time_travel: MovableClock
) -> None:
    made = people()
    old = rotate_both(time_travel)["blind-index"]
    reseal()
    discard(old)
    assert old in used(), "it was entered to the end"
    reseal()
    assert old not in used()
    found_by_number(made)
    assert db.fetch_all(select(PhoneIndexRow.person_id))
