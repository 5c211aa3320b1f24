"""Portals that ask a person who is elsewhere to confirm (CIBA Core 1.0 §4)."""

from collections.abc import Iterator

from clients import profiles, uris
from clients.client import Client
from clients.rules.device import CIBA
from clients.rules.rule import Fault, Terms, judged

_MEMBERS = (
    "backchannel_token_delivery_mode",
    "backchannel_client_notification_endpoint",
    "backchannel_authentication_request_signing_alg",
    "backchannel_user_code_parameter",
)


def ciba(client: Client, terms: Terms) -> Iterator[Fault]:
    """The members of CIBA stand with its grant, and only then; push is not offered."""
    if CIBA not in client.grant_types:
        for key in _MEMBERS:
            if getattr(client, key):
                yield key, "needs the grant urn:openid:params:grant-type:ciba"
        return
    if client.public:
        yield "grant_types", "ciba is for confidential clients only (CIBA Core §7.1)"
    if "openid" not in client.scopes:
        yield "scopes", "ciba needs openid (CIBA Core §7.1)"
    if not client.backchannel_token_delivery_mode:
        yield "backchannel_token_delivery_mode", "must be poll or ping"
    if client.backchannel_user_code_parameter:
        yield "backchannel_user_code_parameter", "is not offered: no person has a code for it"
    yield from _notification(client, terms)
    yield from _signature(client)


def _notification(client: Client, terms: Terms) -> Iterator[Fault]:
    key, uri = "backchannel_client_notification_endpoint", client.backchannel_client_notification_endpoint
    if (client.backchannel_token_delivery_mode == "ping") != bool(uri):
        yield key, "must be given with the delivery mode ping, and only then"
    elif uri:
        yield from judged(key, lambda uri: uris.called_by_us(uri, development=terms.development), uri)


def _signature(client: Client) -> Iterator[Fault]:
    """A signature where the profile demands one, and keys to verify it by; which, its own rule says."""
    key = "backchannel_authentication_request_signing_alg"
    algorithm = client.backchannel_authentication_request_signing_alg
    if algorithm and not (client.jwks or client.jwks_uri):
        yield key, "needs jwks or jwks_uri"
    if profiles.of(client).signed_backchannel_requests and not algorithm:
        yield key, "must be given: the profile demands signed requests (FAPI-CIBA §5.2.2)"
