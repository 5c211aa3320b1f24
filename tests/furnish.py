"""Furnish the stores of a server that is about to start: invented portals, invented people.

Run as a program with the server's settings in its environment, because a process holds one server's state.
It is told on standard input, in JSON, and answers likewise.
"""

import json
import sys
from typing import Any

from clients import manifest, service
from idp import authenticators, migration, settings
from idp.app import open_stores
from idp.persons import service as registry
from tests.webface import with_check_digit

PASSWORD = "correct horse battery staple"


def main() -> None:
    """Register what standard input names; print the secrets that were made and what the people type."""
    wanted: dict[str, Any] = json.load(sys.stdin)
    open_stores(settings.current())
    migration.upgrade()
    portals = manifest.check(manifest.Manifest(source="tests", entries=wanted["portals"]))
    changes = service.apply(portals, operator="tests")
    secrets = {change.client_id: change.secret.reveal() for change in changes if change.secret}
    people = [_person(number) for number in range(wanted["people"])]
    json.dump({"secrets": secrets, "people": people}, sys.stdout)


def _person(number: int) -> dict[str, str]:
    identifier = with_check_digit(f"01010119900307{number + 1:03}")
    person_id = registry.register(full_name="张示范", id_number=identifier)
    registry.set_level(person_id, 2, method="registry_match", source="tests", operator="tests")
    authenticators.password.set(person_id, PASSWORD)
    return {"identifier": identifier, "password": PASSWORD, "decision": "agree"}


if __name__ == "__main__":
    main()
