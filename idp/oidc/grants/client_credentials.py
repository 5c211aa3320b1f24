"""``client_credentials`` (RFC 6749 §4.4): a system acts for itself, never for a citizen."""

from typing import Any

from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant as Base

from clients import scopes as scope_register
from idp import audit, settings, tokens
from idp.base.clock import now_us
from idp.base.errors import Rejected
from idp.base.secret import b64url
from idp.oidc import client_auth
from idp.store import once
from idp.tokens import Handle, confirmation
from idp.tokens.handle import CLIENT


class ClientCredentialsGrant(Base):  # type: ignore[misc]
    """A token for the client's own account."""

    TOKEN_ENDPOINT_AUTH_METHODS = client_auth.CONFIDENTIAL_METHODS

    def validate_token_request(self) -> None:
        """Only scopes for services can be asked (attack book B21)."""
        own = [name for name in self.request.client.scopes if _for_services(name)]
        asked = self.request.form.get("scope")
        wanted = own if asked is None else list(dict.fromkeys(asked.split(" ")))
        if not set(wanted) <= set(own):
            raise Rejected("invalid_scope", "the scope is not one for services of this client")
        self.request.scope = " ".join(wanted)
        self.vouch()
        # Marks of revoked tokens must be kept from before the first token on.
        self.request.sender.ride(once.keep("revoked-jti"))

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """One access token; no ID token, no refresh token (RFC 6749 §4.4.3)."""
        client, binding = self.request.client, self.request.sender.binding
        access = tokens.access_token(
            subject=client.client_id,
            client_id=client.client_id,
            audience=[client.audience or settings.current().issuer],
            scopes=tuple(self.request.scope.split()),
            lifetime=client.access_token_lifetime,
            handle=Handle(
                kind=CLIENT,
                grant=b64url(bytes(16)),
                session=None,
                person=None,
                organization=None,
                granted_at=now_us(),
            ),
            extra=self.extra_claims() | confirmation.claims(binding),
        )
        body = {
            "access_token": access,
            "token_type": confirmation.token_type(binding),
            "expires_in": client.access_token_lifetime,
            "scope": self.request.scope,
        }
        audit.record(
            "token.issue", client=client.client_id, grant_type=self.GRANT_TYPE, scope=self.request.scope
        )
        return 200, body, self.TOKEN_RESPONSE_HEADER

    def vouch(self) -> None:
        """What else must hold; nothing for a client that speaks for itself."""

    def extra_claims(self) -> dict[str, Any]:
        """What else the access token says."""
        return {}


def _for_services(name: str) -> bool:
    scope = scope_register.find(name)
    return scope is not None and scope.service
