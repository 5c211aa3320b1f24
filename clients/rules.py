"""What a registration must fulfil, one rule a function, in the order they are read.

A rule yields every fault it sees, as key and reason, so that one reading of a manifest names them all.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from clients import jwks, scopes, texts, uris
from clients.client import Client

T = TypeVar("T")
Fault = tuple[str, str]

MOST_URIS = 20
SHORTEST_LIFETIME = 60

_CLIENT_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?", re.ASCII)
_SECTOR = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,98}[a-z0-9])?", re.ASCII)
_AUDIENCE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._:/-]{0,199})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What this server allows: loopback http in development, its longest lifetimes (s), its signatures."""

    development: bool
    longest_token: int
    longest_refresh: int
    algorithms: tuple[str, ...]


Rule = Callable[[Client, Terms], Iterator[Fault]]


def faults(client: Client, terms: Terms) -> list[Fault]:
    """Every fault of a registration."""
    return [fault for rule in RULES for fault in rule(client, terms)]


def _identifiers(client: Client, terms: Terms) -> Iterator[Fault]:
    if not _CLIENT_ID.fullmatch(client.client_id):
        yield "client_id", "must be 1 to 64 lower-case letters, digits and inner hyphens"
    if not client.sector:
        yield "sector", "must be given when redirect URIs have several hosts (OIDC Core §8.1)"
    elif not _SECTOR.fullmatch(client.sector):
        yield "sector", "must be 1 to 100 lower-case letters, digits, dots and hyphens"
    audience = (client.audience,) if client.audience else ()
    for key, names in (("audience", audience), ("introspects", client.introspects)):
        if len(names) > MOST_URIS or not all(_AUDIENCE.fullmatch(name) for name in names):
            yield key, f"must name at most {MOST_URIS} audiences of 1 to 200 URI characters"


def _texts(client: Client, terms: Terms) -> Iterator[Fault]:
    for key, longest, judge in (
        ("name", 60, texts.name),
        ("name_en", 100, texts.name),
        ("organization", 100, texts.name),
        ("organization_en", 160, texts.name),
        ("contact", 200, texts.prose),
        ("purpose", 300, texts.prose),
        ("purpose_en", 600, texts.prose),
        ("retention", 200, texts.prose),
        ("retention_en", 400, texts.prose),
    ):
        value = getattr(client, key)
        if not 2 <= len(value) <= longest:
            yield key, f"must have 2 to {longest} characters"
        else:
            yield from _judged(key, judge, value)


def _addresses(client: Client, terms: Terms) -> Iterator[Fault]:
    for key in ("redirect_uris", "post_logout_redirect_uris"):
        values: tuple[str, ...] = getattr(client, key)
        if len(values) > MOST_URIS or len(set(values)) != len(values):
            yield key, f"must have at most {MOST_URIS} entries, each once"
            continue
        for position, uri in enumerate(values):
            yield from _judged(
                f"{key}[{position}]",
                lambda uri: uris.redirect(uri, client.application_type, development=terms.development),
                uri,
            )
    for key, judge in (
        ("home_uri", lambda uri: uris.link(uri, development=terms.development)),
        ("initiate_login_uri", lambda uri: uris.link(uri, development=terms.development)),
        ("backchannel_logout_uri", lambda uri: uris.called_by_us(uri, development=terms.development)),
    ):
        if uri := getattr(client, key):
            yield from _judged(key, judge, uri)


def _grants(client: Client, terms: Terms) -> Iterator[Fault]:
    code = "authorization_code" in client.grant_types
    if not client.grant_types or not _distinct(client.grant_types):
        yield "grant_types", "must name at least one grant, each once"
    if "refresh_token" in client.grant_types and not code:
        yield "grant_types", "refresh_token needs authorization_code beside it"
    if code != bool(client.redirect_uris):
        yield "redirect_uris", "must be given with authorization_code, and only then (RFC 6749 §3.1.2.2)"
    signs_out = client.post_logout_redirect_uris or client.backchannel_logout_uri
    if not code and (signs_out or client.initiate_login_uri):
        yield "grant_types", "addresses for sign-in and sign-out need authorization_code"
    if not client.response_modes or not _distinct(client.response_modes):
        yield "response_modes", "must name at least one mode, each once"
    if not client.subject_types_allowed or not _distinct(client.subject_types_allowed):
        yield "subject_types_allowed", "must name natural, legal or both"


def _authentication(client: Client, terms: Terms) -> Iterator[Fault]:
    if client.public:
        if client.application_type != "native":
            yield "token_endpoint_auth_method", "none is for native apps: web portals keep a secret or a key"
        if "client_credentials" in client.grant_types:
            yield "grant_types", "client_credentials is for confidential clients only (RFC 6749 §4.4)"
        if client.introspects:
            yield "introspects", "introspection is for confidential clients only (RFC 7662 §2.1)"
    if (client.token_endpoint_auth_method == "private_key_jwt") != bool(client.jwks):
        yield "jwks", "must be given with private_key_jwt, and only then"
    elif client.jwks:
        yield from _judged("jwks", jwks.check, client.jwks)


def _scopes(client: Client, terms: Terms) -> Iterator[Fault]:
    if not _distinct(client.scopes):
        yield "scopes", "must name each scope once"
    for position, name in enumerate(client.scopes):
        if reason := _refusal(name, client):
            yield f"scopes[{position}]", reason
    if "authorization_code" in client.grant_types and "openid" not in client.scopes:
        yield "scopes", "authorization_code needs openid (OIDC Core §3.1.2.1)"
    if "offline_access" in client.scopes and "refresh_token" not in client.grant_types:
        yield "scopes", "offline_access needs the grant refresh_token"
    if client.legal_basis.keys() - set(client.scopes):
        yield "legal_basis", "names a scope that the client does not have"
    for name in client.scopes:
        if scopes.find(name) and name not in client.legal_basis:
            yield "legal_basis", f"has no default for {name}: state it"


def _refusal(name: str, client: Client) -> str:
    scope = scopes.find(name)
    if scope is None:
        return "is not in the scope register"
    if scope.held_back:
        return f"cannot be granted: {scope.held_back}"
    grant = "client_credentials" if scope.service else "authorization_code"
    return "" if grant in client.grant_types else f"needs the grant {grant}"


def _lifetimes(client: Client, terms: Terms) -> Iterator[Fault]:
    for key, longest in (
        ("id_token_lifetime", terms.longest_token),
        ("access_token_lifetime", terms.longest_token),
        ("refresh_token_lifetime", terms.longest_refresh),
    ):
        if not SHORTEST_LIFETIME <= getattr(client, key) <= longest:
            yield key, f"must be {SHORTEST_LIFETIME} to {longest} seconds"
    if client.id_token_alg not in terms.algorithms:
        yield "id_token_alg", f"must be one of {', '.join(terms.algorithms)}"
    if not 1 <= client.min_level <= 4:
        yield "min_level", "must be l1, l2, l3 or l4"


RULES: tuple[Rule, ...] = (_identifiers, _texts, _addresses, _grants, _authentication, _scopes, _lifetimes)


def _judged(key: str, judge: Callable[[T], object], value: T) -> Iterator[Fault]:
    try:
        judge(value)
    except ValueError as error:
        yield key, str(error)


def _distinct(values: Iterable[str]) -> bool:
    listed = list(values)
    return len(set(listed)) == len(listed)
