"""Devices without a keyboard, and places where people are let in from their phones."""

from collections.abc import Iterator

from clients import texts
from clients.client import Client
from clients.rules.rule import Fault, Terms, judged

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
CIBA = "urn:openid:params:grant-type:ciba"

_LONGEST_PLACE = 100


def device(client: Client, terms: Terms) -> Iterator[Fault]:
    """What the person is shown of the place is registered, never claimed by a request (RFC 8628 §5.4)."""
    if DEVICE_CODE in client.grant_types and "openid" not in client.scopes:
        yield "scopes", "device_code needs openid: the device is to learn who logged in"
    if bool(client.place) != bool(client.place_en):
        yield "place_en", "must be given with place, and only then"
    if client.place and not {DEVICE_CODE, CIBA} & {*client.grant_types}:
        yield "place", "is for kiosks and windows: it needs the grant device_code or ciba"
    for key in ("place", "place_en"):
        if value := getattr(client, key):
            if len(value) > _LONGEST_PLACE:
                yield key, f"must have at most {_LONGEST_PLACE} characters"
            yield from judged(key, texts.name, value)
