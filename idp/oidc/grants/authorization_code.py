"""``authorization_code`` (RFC 6749 §4.1.3, OIDC Core §3.1.3) on Authlib's grant.

Overridden: the code is taken before anything is judged (quirk 4), a verifier is demanded of everybody
(quirk 5), and nothing is saved after the answer is made.
"""

from dataclasses import replace
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant as Base

from idp import audit
from idp.base.errors import Rejected
from idp.oidc import client_auth, details, pkce, resources, sender
from idp.oidc.grants import tokens_for
from idp.tokens import service


class AuthorizationCodeGrant(Base):  # type: ignore[misc]
    """Exchange a code for tokens."""

    TOKEN_ENDPOINT_AUTH_METHODS = client_auth.PUBLIC_METHODS

    def validate_token_request(self) -> None:
        """Take the code, then judge what it was given for."""
        form, client = self.request.form, self.request.client
        code = form.get("code")
        if code is None:
            raise InvalidRequestError("code is missing")
        grant = service.redeem(code, self.request.sender.mark)
        if grant.client_id != client.client_id:
            raise Rejected("invalid_grant", "the code was issued to another client", why="client_mismatch")
        if form.get("redirect_uri") != grant.redirect_uri:
            raise Rejected("invalid_grant", "redirect_uri differs from the authorization request")
        if not pkce.proves(form.get("code_verifier", ""), grant.challenge):
            raise Rejected("invalid_grant", "code_verifier is missing or wrong")
        sender.redeems(self.request.sender, grant.dpop_jkt)
        grant = replace(grant, cnf=self.request.sender.binding)
        self.request.narrowed = replace(
            grant,
            resources=resources.narrowed(form, client, grant),
            authorization_details=details.narrowed(form, client, grant),
        )
        self.request.user = tokens_for.organization(grant)
        self.request.authorization_code = grant

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Make the grant alive, then its tokens."""
        client, grant = self.request.client, self.request.authorization_code
        # What the client lost since the person was asked is not given any more.
        scopes = tuple(name for name in grant.scopes if name in client.scopes)
        refresh = tokens_for.begin_family(client, grant)
        body = tokens_for.answer(client, self.request.narrowed, scopes, self.request.user, refresh)
        audit.record(
            "token.issue", person=grant.person_id, organization=grant.organization_id,
            client=client.client_id, session=grant.session_id, grant_type=self.GRANT_TYPE,
            scope=" ".join(scopes),
        )  # fmt: skip
        return 200, body, self.TOKEN_RESPONSE_HEADER
