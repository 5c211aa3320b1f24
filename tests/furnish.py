"""Furnish the stores of a server that is about to start: invented portals, invented people.

Run as a program with the server's settings in its environment, because a process holds one server's state.
It is told on standard input, in JSON, and answers likewise.
"""

import json
import sys
from typing import Any

from clients import manifest, service
from clients.registration import policy
from clients.registration.service import initial_tokens
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
    tokens = [_initial_token(policy) for policy in wanted.get("policies", ())]
    json.dump({"secrets": secrets, "people": people, "initial_tokens": tokens}, sys.stdout)


def _initial_token(settled: dict[str, Any]) -> str:
    """An initial access token of this policy, for as many registrations as its ``uses`` say."""
    uses = settled.pop("uses", initial_tokens.MOST_USES)
    read = policy.read(json.dumps(settled), "tests")
    _, token = initial_tokens.create(read, uses=uses, lifetime=3600, operator="tests")
    assert token
    return token.reveal()


def _person(number: int) -> dict[str, str]:
    identifier = with_check_digit(f"01010119900307{number + 1:03}")
    person_id = registry.register(full_name="张示范", id_number=identifier)
    registry.set_level(person_id, 2, method="registry_match", source="tests", operator="tests")
    authenticators.password.set(person_id, PASSWORD)
    return {"identifier": identifier, "password": PASSWORD, "decision": "agree"}


if __name__ == "__main__":
    main()
