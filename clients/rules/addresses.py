"""Where the browser and our own requests may go."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from clients import uris
from clients.client import Client
from clients.rules.rule import MOST_URIS, Fault, Terms, judged


def addresses(client: Client, terms: Terms) -> Iterator[Fault]:
    """Exact addresses of hosts that are not ours (RFC 9700 §4.1.3)."""
    for key in ("redirect_uris", "post_logout_redirect_uris"):
        values: tuple[str, ...] = getattr(client, key)
        if len(values) > MOST_URIS or len(set(values)) != len(values):
            yield key, f"must have at most {MOST_URIS} entries, each once"
            continue
        for position, uri in enumerate(values):
            yield from judged(
                f"{key}[{position}]",
                lambda uri: uris.redirect(
                    uri,
                    client.application_type,
                    development=terms.development,
                    sandbox=client.environment == "sandbox",
                ),
                uri,
            )
    for key, judge in (
        ("home_uri", lambda uri: uris.link(uri, development=terms.development)),
        ("initiate_login_uri", lambda uri: uris.link(uri, development=terms.development)),
        ("frontchannel_logout_uri", lambda uri: uris.link(uri, development=terms.development)),
        ("backchannel_logout_uri", lambda uri: uris.called_by_us(uri, development=terms.development)),
    ):
        if uri := getattr(client, key):
            yield from judged(key, judge, uri)
    yield from _logout(client)


def _logout(client: Client) -> Iterator[Fault]:
    """A front-channel address is of a host the browser is sent to anyway (Front-Channel Logout 1.0 §2).

    What a channel must say is said of a channel that is there.
    """
    uri = client.frontchannel_logout_uri
    if client.frontchannel_logout_session_required and not uri:
        yield "frontchannel_logout_session_required", "needs frontchannel_logout_uri"
    if client.backchannel_logout_session_required and not client.backchannel_logout_uri:
        yield "backchannel_logout_session_required", "needs backchannel_logout_uri"
    if uri and urlsplit(uri)[:2] not in {urlsplit(one)[:2] for one in client.redirect_uris}:
        yield "frontchannel_logout_uri", "must have scheme, host and port of a redirect URI"
