"""The device authorization endpoint (RFC 8628 §3.1, §3.2) on Authlib's."""

from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.rfc6749.errors import UnauthorizedClientError
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint as Base

from idp import approvals, audit, settings
from idp.approvals import DEVICE, starts
from idp.oidc import client_auth, decoupled
from idp.oidc.engine import FormRequest, Server
from idp.oidc.grants.device_code import DeviceCodeGrant
from idp.oidc.request import Answer, Request


class DeviceAuthorizationEndpoint(Base):  # type: ignore[misc]
    """A device asks for two codes: one to poll with, one for the person to type."""

    CLIENT_AUTH_METHODS = client_auth.PUBLIC_METHODS

    def create_endpoint_response(self, request: FormRequest) -> tuple[int, dict[str, Any], Any]:
        """Authenticate, judge, keep; without a scope the device learns who logged in and nothing else."""
        client = self.authenticate_client(request)
        if DeviceCodeGrant.GRANT_TYPE not in client.grant_types:
            raise UnauthorizedClientError()
        conf = settings.current()
        parameters = {"scope": "openid", **request.form}
        asked = decoupled.judged(
            DEVICE, client, parameters, address=request.http.address, lifetime=conf.device_lifetime
        )
        starts.admit_device(client, request.http.address)
        secret, approval = approvals.start(asked, with_code=True)
        audit.record(
            "approval.start", client=client.client_id, method=DEVICE, scope=" ".join(approval.scopes),
            level=approval.level, lifetime=conf.device_lifetime, item=approval.item,
        )  # fmt: skip
        page = f"{conf.issuer}/device"
        body = {
            "device_code": secret,
            "user_code": approval.user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?{urlencode({'user_code': approval.user_code})}",
            "expires_in": conf.device_lifetime,
            "interval": conf.approval_interval,
        }
        return 200, body, ()


_server = Server()
_server.register_endpoint(DeviceAuthorizationEndpoint)


def post(http: Request) -> Answer:
    """A device authorization request."""
    return _server.answer_endpoint(DeviceAuthorizationEndpoint.ENDPOINT_NAME, http)
