"""Sectors: the portals of one sector know a citizen by the same ``sub`` (OIDC Core §8.1)."""

from collections.abc import Iterator, Mapping, Sequence

from clients.client import Client

Owner = tuple[str, str]
"""Sector and organisation of a registered client."""


def moved(clients: Sequence[Client], registered: Mapping[str, Owner]) -> Iterator[tuple[str, str]]:
    """Clients whose sector would change, and why not: every citizen would come back as a stranger."""
    for client in clients:
        sector, _ = registered.get(client.client_id, (client.sector, ""))
        if sector != client.sector:
            yield client.client_id, f"must stay {sector}, or every citizen's sub changes"


def shared(clients: Sequence[Client], registered: Mapping[str, Owner]) -> Iterator[tuple[str, str]]:
    """Clients in a sector of another organisation, and why not: the two could compare their citizens."""
    owners = {**registered, **{client.client_id: (client.sector, client.organization) for client in clients}}
    organizations: dict[str, set[str]] = {}
    for sector, organization in owners.values():
        organizations.setdefault(sector, set()).add(organization)
    for client in clients:
        if len(organizations[client.sector]) > 1:
            yield client.client_id, f"{client.sector} belongs to another organisation too"
