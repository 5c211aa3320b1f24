"""People with all that can lie under a key, and what is looked at after their keys were changed."""

from click.testing import CliRunner, Result
from sqlalchemy import select

from idp import keyring, persons
from idp.keyring import service
from idp.keyring.sealing import key_id
from idp.keyring.stored import SealedColumn, Stored
from idp.keys import STORED
from idp.keys import keys as commands
from idp.persons import service as registry
from idp.persons.stored import BlindIndex
from idp.store import db
from tests import keys
from tests.conftest import MovableClock
from tests.packages.authenticators.people import App
from tests.webface import with_check_digit

KINDS = ("seal", "blind-index")
SETTLED = 121


def number(at: int) -> str:
    return with_check_digit(f"01010119850412{at:03}")


def phone(at: int) -> str:
    return f"139{at:08}"


def people(count: int = 7) -> list[str]:
    """Persons with all that lies under a key; one has died, one has an ended document, one has two."""
    made = [
        registry.register(full_name="张示范", id_number=number(at), phone_number=phone(at))
        for at in range(count)
    ]
    person = persons.find(made[1])
    assert person
    App(person).enrol()
    first = persons.identifiers(made[1])[0]
    registry.replace_identifier(made[1], first.id, id_number=number(900), reason="corrected")
    registry.add_identifier(made[2], id_number=number(901))
    registry.record_death(made[3])
    return made


def rotate_both(time_travel: MovableClock) -> dict[str, str]:
    """Successors of both keys, long enough in force; the ids of those that were so before."""
    folder = keyring.current().folder
    old = {kind: keys.entry(folder, kind).kid for kind in KINDS}
    for kind in KINDS:
        time_travel.advance(1)
        service.rotate(kind, operator="tester", record=keys.Record())
    time_travel.advance(SETTLED)
    return old


def run(*arguments: str) -> Result:
    persons.forget()
    return CliRunner().invoke(commands, arguments)


def reseal() -> None:
    done = run("reseal")
    assert done.exit_code == 0, done.output


def discard(kid: str) -> None:
    service.discard(
        kid, operator="tester", record=keys.Record(), depends=lambda entry: service.depends(STORED, entry)
    )


def plain() -> dict[tuple[str, ...], bytes]:
    """Every sealed value, opened."""
    found = {}
    for stored in STORED:
        if isinstance(stored, SealedColumn):
            column = stored.column
            for row in db.fetch_all(select(column.class_.__table__)):
                values = row._mapping
                aad = "|".join(
                    part if isinstance(part, str) else values[part.key] for part in stored.bound_to
                )
                if values[column.key] is not None:
                    found[(stored.name, aad)] = keyring.unseal(values[column.key], aad.encode())
    return found


def used() -> set[str]:
    """The ids of all keys under which anything lies."""
    found: set[str] = set()
    for stored in STORED:
        if isinstance(stored, SealedColumn):
            boxes = db.fetch_all(select(stored.column).where(stored.column.is_not(None)))
            found |= {key_id(box) for (box,) in boxes}
        elif isinstance(stored, BlindIndex):
            found |= {kid for (kid,) in db.fetch_all(select(stored.row.key_id))}
    return found


def found_by_number(made: list[str]) -> None:
    """Everybody is found by what leads to them, and nobody by what no longer does."""
    for at, person_id in enumerate(made):
        person, other = (
            persons.find_by_identifier("111", number(at)),
            persons.find_by_phone(f"+86{phone(at)}"),
        )
        assert (person and person.id) == (None if at == 1 else person_id)
        assert (other and other.id) == (None if at == 3 else person_id)
    for at, owner in ((900, made[1]), (901, made[2])):
        person = persons.find_by_identifier("111", number(at))
        assert person
        assert person.id == owner


def stored(name: str) -> Stored:
    """One of the register."""
    return next(one for one in STORED if one.name == name)
