"""Natural persons: who they are, by which documents, at which real-name level.

Owns: the person, the numbers that lead to one person, names and phones, real-name levels, the status of an
account.
Not here: how somebody proves to be a person (``idp.authenticators``), whom a person may act for
(``idp.organizations``).
"""

from idp.persons import age, cache, name, number, phone, queries
from idp.persons.person import Identifier, Level, Person, Status
from idp.persons.queries import find as read
from idp.persons.queries import find_by_identifier, find_by_phone, full_number, identifiers, levels

__all__ = [
    "Identifier",
    "Level",
    "Person",
    "Status",
    "age",
    "find",
    "find_by_identifier",
    "find_by_phone",
    "forget",
    "full_number",
    "identifiers",
    "levels",
    "name",
    "number",
    "phone",
    "read",
]


def find(person_id: str) -> Person | None:
    """The person of an id, at most 30 seconds old in other processes than the one that changed it."""
    return cache.get(person_id, queries.find)


def forget() -> None:
    """Drop what this process remembers: another database was opened."""
    cache.clear()
