"""``response_mode=query``."""

from urllib.parse import urlencode

from idp.oidc.answers import see_other
from idp.oidc.request import Answer


def query(redirect_uri: str, parameters: dict[str, str]) -> Answer:
    """Add the parameters to the redirect URI's query, keeping what it has (RFC 6749 §4.1.2)."""
    return see_other(f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(parameters)}")
