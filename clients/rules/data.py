"""Which data the client may have, and on what legal basis."""

from collections.abc import Iterator

from clients import scopes
from clients.client import SECRET_METHODS, Client
from clients.rules.rule import Fault, Terms, distinct
from idp.permissions import PERMISSIONS, together

#: Grants by which a client comes to tokens of a person.
_FOR_PERSONS = frozenset(
    {
        "authorization_code",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:openid:params:grant-type:ciba",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    }
)

#: ``client:<id>`` stands where the id of an officer does.
_LONGEST_ACTOR = 53

#: Grants by which a system gets tokens of its own.
_FOR_SYSTEMS = frozenset({"client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer"})


def data(client: Client, terms: Terms) -> Iterator[Fault]:
    """Scopes of the register that its grants can use, each with a legal basis."""
    if not distinct(client.scopes):
        yield "scopes", "must name each scope once"
    for position, name in enumerate(client.scopes):
        if reason := _refusal(name, client):
            yield f"scopes[{position}]", reason
    if "authorization_code" in client.grant_types and "openid" not in client.scopes:
        yield "scopes", "authorization_code needs openid (OIDC Core §3.1.2.1)"
    if "offline_access" in client.scopes and "refresh_token" not in client.grant_types:
        yield "scopes", "offline_access needs the grant refresh_token"
    yield from _administration(client)
    if client.legal_basis.keys() - set(client.scopes):
        yield "legal_basis", "names a scope that the client does not have"
    for name in client.scopes:
        if scopes.find(name) and name not in client.legal_basis:
            yield "legal_basis", f"has no default for {name}: state it"


def _administration(client: Client) -> Iterator[Fault]:
    """A program that administers proves itself by a key, and belongs to one administration (三员分立)."""
    held = [name for name in client.scopes if name in PERMISSIONS]
    if held and client.token_endpoint_auth_method in ("none", *SECRET_METHODS):
        yield "token_endpoint_auth_method", "must be by a key or certificate for a client that administers"
    if held and len(client.client_id) > _LONGEST_ACTOR:
        yield "client_id", f"must have at most {_LONGEST_ACTOR} characters for a client that administers"
    if not together(held):
        yield "scopes", "must not join what system, security and audit administration keep apart"


def _refusal(name: str, client: Client) -> str:
    scope = scopes.find(name)
    if scope is None:
        return "is not in the scope register"
    if scope.held_back:
        return f"cannot be granted: {scope.held_back}"
    if scope.service:
        return "" if _FOR_SYSTEMS & {*client.grant_types} else "needs a grant that speaks for a system"
    return "" if _FOR_PERSONS & {*client.grant_types} else "needs a grant that speaks for a person"
