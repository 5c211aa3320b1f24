"""``authorization_code`` (RFC 6749 §4.1.3, OIDC Core §3.1.3) on Authlib's grant.

Overridden: the code is taken before anything is judged (quirk 4), a verifier is demanded of everybody
(quirk 5), and nothing is saved after the answer is made.
"""

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant as Base

from idp.base.errors import Rejected
from idp.oidc import client_auth, pkce, sender
from idp.oidc.grants.granted import Granted
from idp.tokens import service


class AuthorizationCodeGrant(Granted, Base):  # type: ignore[misc]
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
        self.hold(grant)
