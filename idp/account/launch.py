"""How a service is entered from our list of services (OIDC Core §4, login initiated by a third party)."""

from urllib.parse import urlencode

from clients import Client
from idp import settings


def address(client: Client) -> str:
    """Where the link leads: to the service, which asks us in its own name and finds the login that is there.

    No ``login_hint`` goes along: whoever has not agreed yet to be known there is not announced, and an ID
    number stands in no address.
    """
    if not client.initiate_login_uri:
        return client.home_uri
    says = {"iss": settings.current().issuer}
    if client.home_uri:
        says["target_link_uri"] = client.home_uri
    mark = "&" if "?" in client.initiate_login_uri else "?"
    return f"{client.initiate_login_uri}{mark}{urlencode(says)}"
