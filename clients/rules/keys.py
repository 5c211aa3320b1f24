"""The client's public keys: given in the registration, or fetched from its own address."""

from collections.abc import Iterator

from clients import jwks, uris
from clients.client import Client
from clients.rules.rule import Fault, Terms, judged


def keys(client: Client, terms: Terms) -> Iterator[Fault]:
    """``jwks`` or ``jwks_uri``, not both (RFC 7591 §2), and one of them for ``private_key_jwt``."""
    if client.jwks and client.jwks_uri:
        yield "jwks_uri", "cannot be given beside jwks (RFC 7591 §2)"
    if client.token_endpoint_auth_method == "private_key_jwt" and not (client.jwks or client.jwks_uri):
        yield "jwks", "or jwks_uri must be given with private_key_jwt"
    if client.jwks:
        unfit = list(judged("jwks", jwks.check, client.jwks))
        yield from unfit
        if not unfit and client.token_endpoint_auth_method == "private_key_jwt" and not client.key_set().keys:
            yield "jwks", "has no signature key, which private_key_jwt needs"
    if client.sector_identifier_uri and client.sector != uris.host(client.sector_identifier_uri):
        yield "sector", "must be the host of sector_identifier_uri (OIDC Core §8.1)"
    for key in ("jwks_uri", "sector_identifier_uri"):
        if uri := getattr(client, key):
            yield from judged(key, lambda uri: uris.called_by_us(uri, development=terms.development), uri)
