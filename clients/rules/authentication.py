"""How the client proves that it is itself."""

from collections.abc import Iterator

from clients import jwks
from clients.client import Client
from clients.rules.rule import Fault, Terms, judged


def authentication(client: Client, terms: Terms) -> Iterator[Fault]:
    """One method, and the keys it needs and no others (RFC 7591 §2)."""
    if client.public:
        if client.application_type != "native":
            yield "token_endpoint_auth_method", "none is for native apps: web portals keep a secret or a key"
        if "client_credentials" in client.grant_types:
            yield "grant_types", "client_credentials is for confidential clients only (RFC 6749 §4.4)"
        if client.introspects:
            yield "introspects", "introspection is for confidential clients only (RFC 7662 §2.1)"
    if (client.token_endpoint_auth_method == "private_key_jwt") != bool(client.jwks):
        yield "jwks", "must be given with private_key_jwt, and only then"
    elif client.jwks:
        yield from judged("jwks", jwks.check, client.jwks)
