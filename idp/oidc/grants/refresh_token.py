"""``refresh_token`` (RFC 6749 §6, OIDC Core §12; rotation with reuse detection, RFC 9700 §4.14.2).

What the token itself says (client, scope, absolute lifetime) is judged first, for a refused request must
not use the token up; only then its generation is advanced, by one atomic step. Where the client's profile
does not rotate, the generation is looked at and stays.
"""

from dataclasses import replace
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.grants import RefreshTokenGrant as Base

from clients import profiles
from clients.scopes import restricted
from idp import audit
from idp.base.clock import now
from idp.base.errors import Rejected
from idp.oidc import client_auth, details, resources, sender
from idp.oidc.grants import tokens_for
from idp.tokens import families, liveness, service
from idp.tokens.families import RefreshToken


class RefreshTokenGrant(Base):  # type: ignore[misc]
    """Exchange a refresh token for its successor and fresh tokens."""

    TOKEN_ENDPOINT_AUTH_METHODS = client_auth.PUBLIC_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def validate_token_request(self) -> None:
        """Judge the token by itself, then use it up."""
        client = self.request.client
        text = self.request.form.get("refresh_token")
        if text is None:
            raise InvalidRequestError("refresh_token is missing")
        token = RefreshToken.open(text)
        if token.grant.client_id != client.client_id:
            raise Rejected("invalid_grant", "the token was issued to another client", why="client_mismatch")
        if token.expires_at <= now():
            raise Rejected("invalid_grant", "the refresh token has expired")
        sender.continues(self.request.sender, client, token.grant.cnf)
        self.request.scope = " ".join(self._scopes(token))
        form, grant = self.request.form, replace(token.grant, cnf=self.request.sender.binding)
        self.request.narrowed = replace(
            grant,
            resources=resources.narrowed(form, client, grant),
            authorization_details=details.narrowed(form, client, grant),
        )
        self.request.user = tokens_for.organization(token.grant)
        self._use(token, rotates=profiles.of(client).rotates_refresh_tokens)
        self.request.refresh_token = token

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Fresh tokens; the successor, if there is one, keeps the family's absolute end."""
        client, token = self.request.client, self.request.refresh_token
        scopes = tuple(self.request.scope.split())
        rotates = profiles.of(client).rotates_refresh_tokens
        successor = replace(token, generation=token.generation + 1).seal() if rotates else None
        body = tokens_for.answer(client, self.request.narrowed, scopes, self.request.user, successor)
        audit.record(
            "token.issue", person=token.grant.person_id, organization=token.grant.organization_id,
            client=client.client_id, session=token.grant.session_id, grant_type=self.GRANT_TYPE,
            scope=" ".join(scopes),
        )  # fmt: skip
        return 200, body, self.TOKEN_RESPONSE_HEADER

    def _scopes(self, token: RefreshToken) -> tuple[str, ...]:
        """The scopes asked for, never more than were granted and are still the client's (RFC 6749 §6)."""
        held = [name for name in token.grant.scopes if name in self.request.client.scopes]
        # What is restricted is given once for what the person was told, and never renewed.
        granted = [name for name in held if name not in restricted(held)]
        if token.grant.offline and "offline_access" not in granted:
            raise Rejected("invalid_grant", "offline access was taken away from the client")
        asked = self.request.form.get("scope")
        if asked is None:
            return tuple(granted)
        wanted = tuple(dict.fromkeys(asked.split(" ")))
        if not set(wanted) <= set(granted):
            raise Rejected("invalid_scope", "scope is wider than what was granted")
        return wanted

    def _use(self, token: RefreshToken, *, rotates: bool) -> None:
        """Use the token up, or leave it good where its sender is constrained.

        An answer that is lost must not cost such a client its grant (FAPI 2.0 §5.3.2.1).
        """
        grant = token.grant
        bonds = liveness.bonds(grant.session_id, grant.person_id, grant.client_id)
        if grant.offline:
            _, voided = self.request.sender.ride(*bonds)
            self._refuse_voided(token, voided)
            (service.advance_offline if rotates else service.hold_offline)(token)
            return
        if rotates:
            # In a packet of its own: a proof shown twice must not use the token up.
            self.request.sender.settle()
            session, voided = families.advance(token, *bonds)
        else:
            session, voided, *heard = families.hold(token, *bonds, *self.request.sender.commands)
            self.request.sender.hear(heard)
        self._refuse_voided(token, voided)
        if session != 1:
            liveness.kill_grant(token.grant.id)
            raise Rejected("invalid_grant", "the session has ended")

    def _refuse_voided(self, token: RefreshToken, voided: bytes | None) -> None:
        if liveness.voided(voided, token.grant.granted_at):
            liveness.kill_grant(token.grant.id)
            raise Rejected("invalid_grant", "the user has withdrawn the consent")
