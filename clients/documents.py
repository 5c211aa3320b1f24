"""What a registration points to: fetched and judged before it is taken, and not again until it changes."""

import orjson

from clients import logos
from clients.client import Client
from clients.logos import Logo
from clients.rules import Fault
from idp import outbound

_LARGEST_SECTOR = 64 * 1024


class Unfit(Exception):
    """A document that is not what the registration says; ``fault`` names the member and the reason."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(key, reason)
        self.fault: Fault = (key, reason)


def fetch(client: Client, known: Client | None) -> Logo | None:
    """Judge what ``client`` points to beyond what is ``known``; its logo when new. Raises ``Unfit``."""
    before = (known.sector_identifier_uri, known.redirect_uris) if known else ("", ())
    if client.sector_identifier_uri and (client.sector_identifier_uri, client.redirect_uris) != before:
        _check_sector(client)
    if not client.logo_uri or (known and known.logo and known.logo_uri == client.logo_uri):
        return None
    try:
        return logos.fetch(client.logo_uri, client=client.client_id)
    except ValueError as error:
        raise Unfit("logo_uri", str(error)) from None


def _check_sector(client: Client) -> None:
    """Every redirect URI stands in the document of its sector (OIDC Dynamic Client Registration 1.0 §5)."""
    key = "sector_identifier_uri"
    try:
        reply = outbound.get(
            client.sector_identifier_uri,
            accept="application/json",
            largest=_LARGEST_SECTOR,
            client=client.client_id,
        )
        listed = orjson.loads(reply.body)
    except outbound.Failed as failure:
        raise Unfit(key, f"cannot be fetched: {failure.why}") from None
    except orjson.JSONDecodeError:
        raise Unfit(key, "must lead to a JSON array") from None
    if not isinstance(listed, list):
        raise Unfit(key, "must lead to a JSON array")
    if any(uri not in listed for uri in client.redirect_uris):
        raise Unfit(key, "does not list every redirect URI")
