"""Who may vouch for systems that act as this client."""

from collections.abc import Iterator, Mapping
from typing import Any

from clients import jwks, uris
from clients.client import Client
from clients.rules.rule import MOST_URIS, Fault, Terms, distinct, judged

_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_MEMBERS = {"issuer", "jwks", "subjects"}
_MOST_SUBJECTS = 100


def issuers(client: Client, terms: Terms) -> Iterator[Fault]:
    """Each with its keys and the subjects it may name; for confidential clients alone (RFC 7523 §3)."""
    if (_BEARER in client.grant_types) != bool(client.assertion_issuers):
        yield "assertion_issuers", "must be given with the grant jwt-bearer, and only then"
    if _BEARER in client.grant_types and client.public:
        yield "grant_types", "jwt-bearer is for confidential clients only"
    if len(client.assertion_issuers) > MOST_URIS:
        yield "assertion_issuers", f"must have at most {MOST_URIS} entries"
        return
    for position, entry in enumerate(client.assertion_issuers):
        yield from _issuer(f"assertion_issuers[{position}]", entry, terms)
    if not distinct(str(entry.get("issuer")) for entry in client.assertion_issuers):
        yield "assertion_issuers", "must name each issuer once"


def _issuer(key: str, entry: Mapping[str, Any], terms: Terms) -> Iterator[Fault]:
    if (
        set(entry) != _MEMBERS
        or not isinstance(entry["issuer"], str)
        or not isinstance(entry["jwks"], Mapping)
    ):
        yield key, "must have issuer, jwks and subjects"
        return
    yield from judged(
        f"{key}.issuer", lambda uri: uris.link(uri, development=terms.development), entry["issuer"]
    )
    yield from judged(f"{key}.jwks", jwks.check, entry["jwks"])
    subjects = entry["subjects"]
    if not isinstance(subjects, list) or not 1 <= len(subjects) <= _MOST_SUBJECTS:
        yield f"{key}.subjects", f"must list 1 to {_MOST_SUBJECTS} subjects"
    elif not all(isinstance(one, str) and one.isascii() and 1 <= len(one) <= 255 for one in subjects):
        yield f"{key}.subjects", "must be ASCII texts of 1 to 255 characters"
