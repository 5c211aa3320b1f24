"""What grants share whose client waits for a person who is elsewhere: it polls, and gets tokens once."""

from dataclasses import replace
from typing import Any, ClassVar

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin

from idp import approvals, audit, persons
from idp.approvals import Kind
from idp.base.errors import Rejected
from idp.oidc import details, resources
from idp.oidc.grants import tokens_for


class PolledGrant(BaseGrant, TokenEndpointMixin):  # type: ignore[misc]
    """Exchange the secret of a request for tokens, once a person has approved it."""

    KIND: ClassVar[Kind]
    PARAMETER: ClassVar[str]

    def validate_token_request(self) -> None:
        """Take what the person allowed, then judge whether it still holds."""
        form, client = self.request.form, self.request.client
        secret = form.get(self.PARAMETER)
        if secret is None:
            raise InvalidRequestError(f"{self.PARAMETER} is missing")
        # A proof that is refused must not cost what a person has approved: they would have to do it again.
        self.request.sender.settle()
        grant = approvals.take(secret, self.KIND, client.client_id)
        person = persons.find(grant.person_id)
        if person is None or not person.active:
            raise Rejected("access_denied", "the user is no longer in service", why="person not active")
        grant = replace(grant, cnf=self.request.sender.binding)
        self.request.narrowed = replace(
            grant,
            resources=resources.narrowed(form, client, grant),
            authorization_details=details.narrowed(form, client, grant),
        )
        self.request.user = tokens_for.organization(grant)
        self.request.authorization_code = grant

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """The tokens; what was approved is given, whatever the poll asks (attack book G06)."""
        client, grant = self.request.client, self.request.authorization_code
        scopes = tuple(name for name in grant.scopes if name in client.scopes)
        refresh = tokens_for.begin_family(client, grant)
        body = tokens_for.answer(client, self.request.narrowed, scopes, self.request.user, refresh)
        audit.record(
            "token.issue", person=grant.person_id, organization=grant.organization_id,
            client=client.client_id, session=grant.session_id, grant_type=self.GRANT_TYPE,
            scope=" ".join(scopes),
        )  # fmt: skip
        return 200, body, self.TOKEN_RESPONSE_HEADER
