"""``response_mode=fragment``."""

from urllib.parse import urlencode

from idp.oidc.answers import see_other
from idp.oidc.request import Answer


def fragment(redirect_uri: str, parameters: dict[str, str]) -> Answer:
    """Put the parameters, ``iss`` among them, behind the ``#``."""
    return see_other(f"{redirect_uri}#{urlencode(parameters)}")
