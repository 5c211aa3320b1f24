"""What citizens and operators are shown of a client beside its name."""

import re
from collections.abc import Iterator

from clients import texts, uris
from clients.client import Client
from clients.rules.rule import Fault, Terms, judged

_MOST_CONTACTS = 5
_SOFTWARE = re.compile(r"[A-Za-z0-9._:/+-]{1,100}", re.ASCII)


def presentation(client: Client, terms: Terms) -> Iterator[Fault]:
    """Pages that a citizen can open, a picture that is one, people who can be written to."""
    for key in ("policy_uri", "policy_uri_en", "tos_uri", "tos_uri_en"):
        if uri := getattr(client, key):
            yield from judged(key, lambda uri: uris.link(uri, development=terms.development), uri)
    if client.logo_uri:
        yield from judged("logo_uri", lambda uri: _picture(uri, terms), client.logo_uri)
    if len(client.contacts) > _MOST_CONTACTS or len(set(client.contacts)) != len(client.contacts):
        yield "contacts", f"must have at most {_MOST_CONTACTS} entries, each once"
    else:
        for position, contact in enumerate(client.contacts):
            yield from judged(f"contacts[{position}]", _contact, contact)
    for key in ("software_id", "software_version"):
        if (value := getattr(client, key)) and not _SOFTWARE.fullmatch(value):
            yield key, "must have 1 to 100 letters, digits and ._:/+-"


def _picture(uri: str, terms: Terms) -> None:
    uris.called_by_us(uri, development=terms.development)
    if uri.partition("?")[0].lower().endswith((".svg", ".svgz")):
        raise ValueError("must be a PNG or JPEG picture")


def _contact(text: str) -> None:
    if not 2 <= len(text) <= 200:
        raise ValueError("must have 2 to 200 characters")
    texts.prose(text)
