"""How the client proves that it is itself."""

from collections.abc import Iterator

from clients.client import SECRET_METHODS, Client
from clients.rules.rule import Fault, Terms


def authentication(client: Client, terms: Terms) -> Iterator[Fault]:
    """One method, and what only those may do that have one (RFC 7591 §2)."""
    if client.public:
        if client.application_type != "native":
            yield "token_endpoint_auth_method", "none is for native apps: web portals keep a secret or a key"
        if "client_credentials" in client.grant_types:
            yield "grant_types", "client_credentials is for confidential clients only (RFC 6749 §4.4)"
        if client.introspects:
            yield "introspects", "introspection is for confidential clients only (RFC 7662 §2.1)"


def installations(client: Client) -> Iterator[Fault]:
    """What a manifest describes is in many hands: no secret is one there (RFC 6749 §10.1).

    One installation may have its own: it registers itself (RFC 7591).
    """
    if client.application_type == "native" and client.token_endpoint_auth_method in SECRET_METHODS:
        yield "token_endpoint_auth_method", "a native app keeps no secret: none, or a key"
