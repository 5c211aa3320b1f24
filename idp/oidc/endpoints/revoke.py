"""The revocation endpoint (RFC 7009) on Authlib's."""

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint as Base

from clients import Client
from idp import audit, sessions, tokens
from idp.base.errors import Rejected
from idp.oidc import client_auth
from idp.oidc.engine import FormRequest, Server
from idp.oidc.request import Answer, Request
from idp.tokens import service
from idp.tokens.families import RefreshToken
from idp.tokens.mint import AccessToken

Token = AccessToken | RefreshToken


class RevocationEndpoint(Base):  # type: ignore[misc]
    """A client gives back a token of its own; another's stays alive, and the answer does not tell (§2.1)."""

    CLIENT_AUTH_METHODS = client_auth.PUBLIC_METHODS

    def authenticate_token(self, request: FormRequest, client: Client) -> Token | None:
        """The token, if it is one of ours and this client's."""
        text = request.form.get("token")
        if text is None:
            raise InvalidRequestError("token is missing")
        token = _read(text)
        owner = token.grant.client_id if isinstance(token, RefreshToken) else token and token.client_id
        return token if owner == client.client_id else None

    def revoke_token(self, token: Token, request: FormRequest) -> None:
        """Kill the grant a token belongs to; raises ``Unavailable`` rather than forget it (D17).

        A kiosk signs its visitor out so: the session that was made for its tokens ends with them.
        """
        if isinstance(token, RefreshToken):
            service.end_grant(token.grant)
            session, person = token.grant.session_id, token.grant.person_id
        else:
            service.end_access(token.handle, token.claims["jti"], token.claims["exp"])
            session, person = token.handle.session or "", token.handle.person or ""
        if session and request.client:
            sessions.end_branch(session, request.client.client_id)
        audit.record(
            "token.revoke", person=person or None, client=request.client.client_id if request.client else None
        )


def _read(text: str) -> Token | None:
    try:
        return RefreshToken.open(text)
    except Rejected:
        pass
    try:
        return tokens.read_access_token(text)
    except Rejected:
        return None


_server = Server()
_server.register_endpoint(RevocationEndpoint)


def post(http: Request) -> Answer:
    """A revocation request."""
    return _server.answer_endpoint(RevocationEndpoint.ENDPOINT_NAME, http)
