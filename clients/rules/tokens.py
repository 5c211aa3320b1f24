"""How long tokens live, how they are signed, what level they need."""

from collections.abc import Iterator

from clients.client import Client
from clients.rules.rule import Fault, Terms

SHORTEST_LIFETIME = 60


def tokens(client: Client, terms: Terms) -> Iterator[Fault]:
    """Lifetimes within the server's, a signature it has, a level there is."""
    for key, longest in (
        ("id_token_lifetime", terms.longest_token),
        ("access_token_lifetime", terms.longest_token),
        ("refresh_token_lifetime", terms.longest_refresh),
    ):
        if not SHORTEST_LIFETIME <= getattr(client, key) <= longest:
            yield key, f"must be {SHORTEST_LIFETIME} to {longest} seconds"
    if client.id_token_signed_response_alg not in terms.algorithms:
        yield "id_token_signed_response_alg", f"must be one of {', '.join(terms.algorithms)}"
    if not 1 <= client.min_level <= 4:
        yield "min_level", "must be l1, l2, l3 or l4"
