"""What an authorization request of this client asks for when it does not say (OIDC Registration 1.0 §2)."""

from collections.abc import Iterator

from clients.client import Client
from clients.rules.rule import Fault, Terms, distinct
from idp.base.levels import level_of

_LONGEST_AGE = 365 * 86400


def defaults(client: Client, terms: Terms) -> Iterator[Fault]:
    """An age that is one, levels that there are."""
    if client.default_max_age is not None and not 0 <= client.default_max_age <= _LONGEST_AGE:
        yield "default_max_age", f"must be 0 to {_LONGEST_AGE} seconds"
    known = all(level_of(value) for value in client.default_acr_values)
    if not known or not distinct(client.default_acr_values):
        yield "default_acr_values", "must name levels that acr_values_supported lists, each once"
