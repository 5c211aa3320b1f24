"""For which services the client may get tokens."""

from collections.abc import Iterator

from clients.client import Client
from clients.rules import identity
from clients.rules.rule import MOST_URIS, Fault, Terms, distinct

_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


def resources(client: Client, terms: Terms) -> Iterator[Fault]:
    """Absolute URIs without a fragment (RFC 8707 §2); exchange needs some, and a secret."""
    if len(client.resources) > MOST_URIS or not distinct(client.resources):
        yield "resources", f"must have at most {MOST_URIS} entries, each once"
    for position, uri in enumerate(client.resources):
        scheme, colon, rest = uri.partition(":")
        plain = uri.isascii() and uri.isprintable() and len(uri) <= 500 and not set('#"\\ ') & set(uri)
        if not (plain and colon and rest and scheme.isalnum()):
            yield f"resources[{position}]", "must be an absolute URI without a fragment"
    if client.may_act and not identity.CLIENT_ID.fullmatch(client.may_act):
        yield "may_act", "must be a client_id"
    if _EXCHANGE in client.grant_types:
        if not client.resources:
            yield "resources", "token exchange needs the services that tokens are exchanged for"
        if client.public:
            yield "grant_types", "token exchange is for confidential clients only (RFC 8693 §2.1)"
