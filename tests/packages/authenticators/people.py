"""Who proves to be whom in these tests."""

from uuid import uuid4

import pyotp

from idp import authenticators, persons
from idp.audit import Event, queries
from idp.audit.jobs import ship
from idp.base import clock
from idp.base.secret import Secret
from idp.persons import Person
from idp.persons import service as registry

NUMBER = "010101198504123013"
PHONE = "13800001234"
PASSWORD = "three rivers meet in spring"


def registered() -> Person:
    """张示, with a number and a phone."""
    person_id = registry.register(full_name="张示", id_number=NUMBER, phone_number=PHONE)
    found = persons.find(person_id)
    assert found
    return found


def nobody() -> str:
    """The id of a person who does not exist."""
    return str(uuid4())


def events(kind: str, person_id: str) -> list[Event]:
    """What is on record of a kind for a person."""
    ship()
    return queries.events(kind=kind, person=person_id)


class App:
    """An authenticator app in a person's hands."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.secret, self.uri = authenticators.totp.begin(person.name_masked)
        self._totp = pyotp.TOTP(self.secret.reveal())

    def code(self, steps: int = 0) -> str:
        """The code it shows now, or so many steps from now."""
        return self._totp.generate_otp(clock.now() // 30 + steps)

    def enrol(self) -> "App":
        """Prove the app with the code before last, so that the present one is still unused."""
        assert authenticators.totp.confirm(self.person.id, Secret(self.secret.reveal()), self.code(-1))
        return self
