"""How the client asks, and how it wants to be answered."""

from collections.abc import Iterator

from clients import uris
from clients.client import Client
from clients.rules.rule import MOST_URIS, Fault, Terms, distinct, judged


def requests(client: Client, terms: Terms) -> Iterator[Fault]:
    """Request objects have a key that proves them (RFC 9101 §6.2), answers a signature we have (JARM §3)."""
    signs = {
        key: getattr(client, key)
        for key in ("require_signed_request_object", "request_object_signing_alg", "request_uris")
        if getattr(client, key)
    }
    if signs and not (client.jwks or client.jwks_uri):
        yield next(iter(signs)), "needs jwks or jwks_uri, by which request objects are verified"
    if len(client.request_uris) > MOST_URIS or not distinct(client.request_uris):
        yield "request_uris", f"must have at most {MOST_URIS} entries, each once"
    else:
        for position, uri in enumerate(client.request_uris):
            yield from _fetched(f"request_uris[{position}]", uri, terms)
    chosen = client.authorization_signed_response_alg
    if chosen and chosen not in terms.algorithms:
        yield "authorization_signed_response_alg", f"must be one of {', '.join(terms.algorithms)}"


def _fetched(key: str, uri: str, terms: Terms) -> Iterator[Fault]:
    """The fragment, a hash of the content (OIDC Core §6.2), is no part of what we call."""
    address, _, _ = uri.partition("#")
    yield from judged(key, lambda uri: uris.called_by_us(uri, development=terms.development), address)
