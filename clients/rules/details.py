"""Which authorization details the client may ask for."""

from collections.abc import Iterator

from clients import authorization_details
from clients.client import Client
from clients.rules.rule import Fault, Terms, distinct


def details(client: Client, terms: Terms) -> Iterator[Fault]:
    """Types of the register (RFC 9396 §10), for clients whose citizens see a page of ours."""
    if not distinct(client.authorization_details_types):
        yield "authorization_details_types", "must name each type once"
    for position, name in enumerate(client.authorization_details_types):
        if name not in authorization_details.REGISTER:
            yield f"authorization_details_types[{position}]", "is not a registered type"
    if client.authorization_details_types and "authorization_code" not in client.grant_types:
        yield "authorization_details_types", "need the grant authorization_code"
