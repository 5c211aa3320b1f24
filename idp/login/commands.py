"""``idp login``: lift the pauses of a person's login."""

import click

from clients.terminal import operator, told
from idp import persons
from idp.base.errors import Rejected
from idp.login import throttle
from idp.logout.commands import asked_document


@click.group("login")
def login() -> None:
    """The pauses of the login."""


@login.command("unlock")
@click.option("--cause", required=True, help="理由 Why; stands in the record, so no personal data.")
@click.option("--source", help="依据 The case or document that says so.")
@told
def unlock(cause: str, source: str | None) -> None:
    """Forgive a person's failed tries; the ID number is asked for, or read from the standard input."""
    document = asked_document()
    person = persons.find_by_identifier(document.id_type, document.value)
    if person is None:
        raise Rejected("person.unknown", "there is no such person")
    names = [f"number|{document.id_type}|{document.value}"]
    names += [f"phone||{person.phone}"] if person.phone else []
    counters = throttle.counters_of(person.id, *names)
    count = throttle.lift(counters, person_id=person.id, cause=cause, operator=operator(), source=source)
    click.echo(f"{person.id}  {person.name_masked}  {count} lifted")
