"""After a rotation, what is stored comes under the new keys, whatever happens meanwhile."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, update

from idp import authenticators, keyring, persons, settings
from idp.base.errors import Rejected
from idp.keyring import files, marker
from idp.keyring.service import resealing
from idp.keyring.stored import SealedColumn
from idp.keys import STORED
from idp.persons import service as registry
from idp.persons.models import PersonRow
from idp.persons.stored import BlindIndex
from idp.store import db
from tests import keys
from tests.conftest import MovableClock
from tests.packages.authenticators.people import App
from tests.records import events, nothing_changed
from tests.stores.keyed import (
    KINDS,
    discard,
    found_by_number,
    number,
    people,
    phone,
    plain,
    reseal,
    rotate_both,
    run,
    stored,
    used,
)


def test_everybody_is_found_and_readable_when_the_old_keys_are_gone(
    keys_folder: Path, time_travel: MovableClock
) -> None:
    made = people()
    before, old = plain(), rotate_both(time_travel)
    reseal()
    for kid in old.values():
        done = run("retire", "--yes", kid)
        assert done.exit_code == 0, done.output
    assert not [path.name for path in keys_folder.iterdir() for kid in old.values() if kid in path.name]
    keyring.open(keys_folder, create=False)
    assert plain() == before
    assert used() == {keys.entry(keys_folder, kind).kid for kind in KINDS}
    found_by_number(made)
    with pytest.raises(Rejected, match=r"person\.exists"):
        registry.register(full_name="张示范", id_number=number(0))


def test_a_second_run_changes_nothing(keys_folder: Path, time_travel: MovableClock) -> None:
    people()
    rotate_both(time_travel)
    reseal()
    with nothing_changed():
        done = run("reseal")
    assert done.exit_code == 0
    assert "seal: 0 rewritten" in done.output
    assert "blind-index: 0 rewritten" in done.output


def test_a_run_is_on_record_at_both_ends(keys_folder: Path, time_travel: MovableClock) -> None:
    people()
    rotate_both(time_travel)
    reseal()
    told = [event.detail for event in events("key.reseal")]
    assert ['"begun"' in detail for detail in told] == [True, False, True, False]
    assert all('"operator"' in detail and '"key_id"' in detail for detail in told)


#: Bytes that lie under no key: pictures everybody may see, and policies, compressed.
OPEN = {"client_logo.body", "policy_draft.document", "policy_version.document"}

KILLED = """
import os, signal
from idp.cli import idp
from idp.keyring.service import resealing
from idp.keyring.stored import SealedColumn
resealing._PAGE, calls, rewrite = 2, [], SealedColumn.rewrite
def cut(self, session, waiting):
    done = rewrite(self, session, waiting)
    calls.append(done)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return done
SealedColumn.rewrite = cut
idp(["keys", "reseal"])
"""


def test_a_run_that_was_killed_in_a_transaction_goes_on_where_it_was(
    keys_folder: Path, time_travel: MovableClock
) -> None:
    made = people()
    before, old = plain(), rotate_both(time_travel)
    conf = settings.current()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("IDP_")} | {
        "IDP_ENVIRONMENT": "test",
        "IDP_DATABASE_URL": conf.sql_url,
        "IDP_REDIS_URL": conf.redis_url.get_secret_value(),
        "IDP_VAR_DIR": str(conf.var_dir),
        "IDP_KEYS_DIR": str(keys_folder),
    }
    _in_force_since_long(keys_folder)
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", KILLED], cwd=root, env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert old["seal"] in used()
    assert keys.entry(keys_folder, "seal").kid in used(), "nothing had been done yet"
    assert plain() == before
    reseal()
    assert old["seal"] not in used()
    assert plain() == before
    found_by_number(made)


def _in_force_since_long(keys_folder: Path) -> None:
    entries = [replace(one, active_from=one.active_from - 1000) for one in marker.read(keys_folder)]
    files.write(keys_folder / marker.NAME, marker.dump(entries))
    keyring.open(keys_folder, create=False)


def test_a_value_changed_between_reading_and_writing_stays_changed(
    keys_folder: Path, time_travel: MovableClock
) -> None:
    one = registry.register(full_name="张示范", id_number=number(0), phone_number=phone(0))
    rotate_both(time_travel)
    page = stored("person.name").page(None, 10)
    registry.rename(one, "李示范")
    assert resealing._rewrite(stored("person.name"), page.waiting) == 0
    persons.forget()
    person = persons.find(one)
    assert person
    assert person.name == "李示范"


def test_a_number_ended_between_reading_and_writing_stays_ended(
    keys_folder: Path, time_travel: MovableClock
) -> None:
    made = registry.register(full_name="张示范", id_number=number(0), phone_number=phone(0))
    rotate_both(time_travel)
    documents = stored("identifier_index").page(None, 10)
    phones = stored("phone_index").page(None, 10)
    assert documents.waiting == phones.waiting == [made]
    (document,) = persons.identifiers(made)
    registry.replace_identifier(made, document.id, id_number=number(1), reason="corrected")
    registry.set_phone(made, None)
    resealing._rewrite(stored("identifier_index"), documents.waiting)
    resealing._rewrite(stored("phone_index"), phones.waiting)
    assert persons.find_by_identifier("111", number(0)) is None
    assert persons.find_by_phone(f"+86{phone(0)}") is None
    assert persons.find_by_identifier("111", number(1))


def test_whom_somebody_is_changing_is_left_for_the_next_run(
    keys_folder: Path, time_travel: MovableClock, database: str
) -> None:
    if database != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    made = people()
    rotate_both(time_travel)
    with db.writing_engine().begin() as connection:
        connection.execute(update(PersonRow).where(PersonRow.id == made[0]).values(status="frozen"))
        page = stored("identifier_index").page(None, 100)
        assert resealing._rewrite(stored("identifier_index"), page.waiting) == len(made) - 1
        connection.rollback()
    assert stored("identifier_index").page(None, 100).waiting == [made[0]]


def test_people_register_and_change_while_it_runs(keys_folder: Path, time_travel: MovableClock) -> None:
    made = people()
    failures: list[BaseException] = []
    stop = threading.Event()

    def change(lane: int) -> None:
        at = 100 * (lane + 1)
        try:
            mine = registry.register(full_name="王示范", id_number=number(at), phone_number=phone(at))
            while not stop.is_set() and at % 100 < 90:
                at += 1
                shown = next(one for one in persons.identifiers(mine) if one.valid_to is None)
                registry.replace_identifier(mine, shown.id, id_number=number(at), reason="corrected")
                registry.set_phone(mine, phone(at))
                registry.rename(mine, f"王示范{'甲乙丙丁'[at % 4]}")
                found = persons.find_by_identifier("111", number(at))
                assert found
                assert found.id == mine
                assert persons.find_by_identifier("111", number(at - 1)) is None
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=change, args=(lane,)) for lane in range(2)]
    for thread in threads:
        thread.start()
    old: list[str] = []
    try:
        for _ in range(2):
            old += rotate_both(time_travel).values()
            for _ in range(5):
                if run("reseal").exit_code == 0:
                    break
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
    reseal()
    for kid in old:
        discard(kid)
    reseal()
    assert used() == {keys.entry(keys_folder, kind).kid for kind in KINDS}
    assert len(plain()) > 30
    found_by_number(made)


def test_a_generator_still_gives_good_codes(keys_folder: Path, time_travel: MovableClock) -> None:
    made = registry.register(full_name="张示范", id_number=number(0))
    person = persons.find(made)
    assert person
    app = App(person).enrol()
    old = rotate_both(time_travel)
    reseal()
    discard(old["seal"])
    assert authenticators.totp.check(made, app.code())


def test_every_column_of_bytes_is_in_the_register() -> None:
    """A sealed column or a blind index that nobody rewrites would hold its key for ever."""
    listed = {f"{one.row.__tablename__}.blind_index" for one in STORED if isinstance(one, BlindIndex)}
    listed |= {one.name for one in STORED if isinstance(one, SealedColumn)}
    columns = {
        f"{table.name}.{column.name}"
        for table in db.db.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert columns - OPEN == listed
