"""How what we answer is signed and encrypted for the client."""

from collections.abc import Iterator

from clients import jwks
from clients.client import Client
from clients.rules.rule import Fault, Terms


def answers(client: Client, terms: Terms) -> Iterator[Fault]:
    """Algorithms we have (OIDC Dynamic Client Registration 1.0 §2, RFC 9701 §6), and keys that serve them."""
    for kind in ("userinfo", "introspection"):
        chosen = getattr(client, f"{kind}_signed_response_alg")
        if chosen and chosen not in terms.algorithms:
            yield f"{kind}_signed_response_alg", f"must be one of {', '.join(terms.algorithms)}"
    for kind in ("id_token", "userinfo", "introspection", "authorization"):
        yield from _encryption(client, f"{kind}_encrypted_response_")


def _encryption(client: Client, key: str) -> Iterator[Fault]:
    alg, enc = getattr(client, f"{key}alg"), getattr(client, f"{key}enc")
    if enc and not alg:
        yield f"{key}enc", "needs the alg beside it"
    if enc and enc not in jwks.CONTENT_ENCRYPTION:
        yield f"{key}enc", f"must be one of {', '.join(jwks.CONTENT_ENCRYPTION)}"
    if alg and alg not in jwks.KEY_MANAGEMENT:
        yield f"{key}alg", f"must be one of {', '.join(jwks.KEY_MANAGEMENT)}"
    elif alg and not client.jwks_uri and not any(alg in jwks.algorithms(one) for one in _recipients(client)):
        yield f"{key}alg", "needs a key in jwks that serves it (use: enc), or jwks_uri"


def _recipients(client: Client) -> list[dict[str, object]]:
    """The registered keys to encrypt to; none when the set is unsound, which its own rule names."""
    try:
        jwks.check(client.jwks)
    except ValueError:
        return []
    return [key for key in client.jwks["keys"] if key.get("use") == "enc"]
