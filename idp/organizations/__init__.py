"""Organisations: legal persons and shops, by their credit code, and who represents them by register.

Owns: the organisation, its codes, its state, the link from a representative to it.
Not here: mandates of agents and managers, and who the representative is (a person is an id here).
"""

from idp.organizations import code
from idp.organizations.organization import Identifier, Organization, Representation, Status
from idp.organizations.queries import (
    acted_for,
    find,
    find_by_code,
    identifiers,
    representations,
    represented_by,
    represents,
)

__all__ = [
    "Identifier",
    "Organization",
    "Representation",
    "Status",
    "acted_for",
    "code",
    "find",
    "find_by_code",
    "identifiers",
    "representations",
    "represented_by",
    "represents",
]
