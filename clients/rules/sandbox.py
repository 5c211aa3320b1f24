"""What nobody has judged yet: as little as an experiment needs, and marked wherever it is named."""

from collections.abc import Iterator

from clients import scopes
from clients.client import Client
from clients.rules.rule import Fault, Terms

#: How names of sandbox clients end, so that every page that names one marks it.
MARKS = {
    "name": "（沙箱）",
    "name_en": " (sandbox)",
    "organization": "（沙箱，未核实）",
    "organization_en": " (sandbox, not verified)",
}
#: Approvals that nobody gave here.
_OPEN = ("automatic", "region")
_GRANTS = frozenset({"authorization_code", "refresh_token"})


def sandbox(client: Client, terms: Terms) -> Iterator[Fault]:
    """Logins at a browser alone, no restricted data, in no list of services."""
    if client.environment != "sandbox":
        return
    for key, mark in MARKS.items():
        if not getattr(client, key).endswith(mark):
            yield key, f"must end with {mark.strip()} in the sandbox"
    for position, name in enumerate(client.scopes):
        if (scope := scopes.find(name)) and scope.approval not in _OPEN:
            yield f"scopes[{position}]", "is restricted: no sandbox client gets it"
    if not set(client.grant_types) <= _GRANTS:
        yield "grant_types", "must be authorization_code and refresh_token in the sandbox"
    if client.listed:
        yield "listed", "must be false in the sandbox"
    for key in ("authorization_details_types", "introspects", "may_act", "resources"):
        if getattr(client, key):
            yield key, "is not for the sandbox"
