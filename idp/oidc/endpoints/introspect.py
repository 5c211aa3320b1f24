"""The introspection endpoint (RFC 7662) on Authlib's.

It answers who a token is for and whether it lives, never who the person is: no name, no number (D19).
"""

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc7662 import IntrospectionEndpoint as Base

from clients import Client
from idp import audit, organizations, tokens
from idp.base.errors import Rejected
from idp.oidc import bearer, client_auth, secured
from idp.oidc.engine import FormRequest, Server
from idp.oidc.request import Answer, Request
from idp.tokens import confirmation
from idp.tokens.mint import AccessToken

_MEMBERS = (
    "iss", "sub", "aud", "client_id", "scope", "exp", "iat", "jti", "acr", "auth_time", "act", "cnf",
    "authorization_details",
)  # fmt: skip


class IntrospectionEndpoint(Base):  # type: ignore[misc]
    """A service asks about an access token that is for it."""

    CLIENT_AUTH_METHODS = client_auth.CONFIDENTIAL_METHODS

    def authenticate_token(self, request: FormRequest, client: Client) -> AccessToken | None:
        """The token, if it lives and this client may know of it (§4: otherwise it is merely inactive)."""
        text = request.form.get("token")
        if text is None:
            raise InvalidRequestError("token is missing")
        try:
            token = tokens.read_access_token(text)
        except Rejected:
            return None
        if not _may_ask(token, client):
            audit.record(
                "introspect.refuse", client=client.client_id, outcome="refused", reason="not its token"
            )
            return None
        return token if _lives(token) else None

    def create_introspection_payload(self, token: AccessToken | None) -> dict[str, Any]:
        """The answer of §2.2."""
        if token is None:
            return {"active": False}
        known = {name: token.claims[name] for name in _MEMBERS if name in token.claims}
        return {"active": True, "token_type": confirmation.token_type(token.binding), **known}


def _lives(token: AccessToken) -> bool:
    """Whether the token may still be used; what costs least is looked at first."""
    alive = bearer.in_service(token) and tokens.alive(token.handle, token.client_id, token.claims["jti"])
    return alive and _acts(token)


def _acts(token: AccessToken) -> bool:
    """Whether the person may still act for the organisation the token names, if it names one."""
    person, organization = token.handle.person, token.handle.organization
    return organization is None or (person is not None and organizations.represents(person, organization))


def _may_ask(token: AccessToken, client: Client) -> bool:
    return token.client_id == client.client_id or bool(set(token.audience) & set(client.introspects))


_server = Server()
_server.register_endpoint(IntrospectionEndpoint)


def post(http: Request) -> Answer:
    """An introspection request."""
    return _server.answer_endpoint(IntrospectionEndpoint.ENDPOINT_NAME, http, _shape)


def _shape(request: FormRequest, payload: dict[str, Any]) -> Answer:
    assert request.client is not None  # noqa: S101  (the endpoint authenticates first)
    return secured.introspection(request.client, request.http.header("Accept"), payload)
