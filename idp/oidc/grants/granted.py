"""What a person's grant gives when it is first redeemed: the same for a code and for a poll."""

from dataclasses import replace
from typing import Any

from idp import audit
from idp.oidc import details, resources
from idp.oidc.grants import tokens_for
from idp.tokens import Grant


class Granted:
    """The second half of an Authlib grant: what was taken is held, then answered with tokens."""

    request: Any
    GRANT_TYPE: str
    TOKEN_RESPONSE_HEADER: list[tuple[str, str]]

    def hold(self, grant: Grant) -> None:
        """Keep the grant, bound to the sender of this request, and what of it the request asks for."""
        form, client = self.request.form, self.request.client
        grant = replace(grant, cnf=self.request.sender.binding)
        self.request.narrowed = replace(
            grant,
            resources=resources.narrowed(form, client, grant),
            authorization_details=details.narrowed(form, client, grant),
        )
        self.request.user = tokens_for.organization(grant)
        self.request.authorization_code = grant

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Make the grant alive, then its tokens; what was approved is given (attack book G06)."""
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
