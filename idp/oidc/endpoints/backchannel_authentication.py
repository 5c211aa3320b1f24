"""The backchannel authentication endpoint (CIBA Core 1.0 §7): a portal asks for somebody who is elsewhere.

Whom the hint names is not looked up here: somebody and nobody get the same answer after the same work, and a
request for nobody simply expires (decision 0023).
"""

from dataclasses import replace
from typing import Any

from authlib.oauth2.rfc6749.errors import UnauthorizedClientError

from idp import approvals, audit, settings
from idp.approvals import BACKCHANNEL, announcement, starts
from idp.base.secret import random_token
from idp.oidc import backchannel_request, client_auth, decoupled
from idp.oidc.engine import FormRequest, Server
from idp.oidc.grants.ciba import CibaGrant
from idp.oidc.request import Answer, Request


class BackchannelAuthenticationEndpoint:
    """An endpoint in the form of Authlib's, which has none for CIBA."""

    ENDPOINT_NAME = "backchannel_authentication"

    def __init__(self, server: Server) -> None:
        self.server = server

    def create_endpoint_response(self, request: FormRequest) -> tuple[int, dict[str, Any], Any]:
        """Authenticate, read, judge, keep; the worker puts it before the person."""
        client = self.server.authenticate_client(
            request, list(client_auth.CONFIDENTIAL_METHODS), self.ENDPOINT_NAME
        )
        if CibaGrant.GRANT_TYPE not in client.grant_types:
            raise UnauthorizedClientError()
        secret = random_token()
        asked = backchannel_request.parameters(request.form, client)
        backchannel_request.demand_no_user_code(asked)
        lifetime = backchannel_request.lifetime(asked)
        subject = backchannel_request.subject(asked, client, secret)
        judged = replace(
            decoupled.judged(BACKCHANNEL, client, asked, address=request.http.address, lifetime=lifetime),
            binding_message=backchannel_request.words_to_compare(asked),
            sealed=subject.seal(),
        )
        starts.admit_call(client)
        _, approval = approvals.start(judged, secret=secret)
        audit.record(
            "approval.start", client=client.client_id, method=BACKCHANNEL, scope=" ".join(approval.scopes),
            level=approval.level, lifetime=lifetime, item=approval.item,
        )  # fmt: skip
        announcement.enqueue(approval.id)
        interval = settings.current().approval_interval
        return 200, {"auth_req_id": secret, "expires_in": lifetime, "interval": interval}, ()


_server = Server()
_server.register_endpoint(BackchannelAuthenticationEndpoint)


def post(http: Request) -> Answer:
    """A backchannel authentication request."""
    return _server.answer_endpoint(BackchannelAuthenticationEndpoint.ENDPOINT_NAME, http)
