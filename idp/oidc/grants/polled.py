"""What grants share whose client waits for a person who is elsewhere: it polls, and gets tokens once."""

from typing import ClassVar

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin

from idp import approvals, persons
from idp.approvals import Kind
from idp.base.errors import Rejected
from idp.oidc.grants.granted import Granted


class PolledGrant(Granted, BaseGrant, TokenEndpointMixin):  # type: ignore[misc]
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
        self.hold(grant)
