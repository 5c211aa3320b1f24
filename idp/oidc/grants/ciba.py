"""``urn:openid:params:grant-type:ciba`` (CIBA Core 1.0 §10.1), for the delivery modes poll and ping."""

from idp.approvals import BACKCHANNEL
from idp.oidc import client_auth
from idp.oidc.grants.polled import PolledGrant


class CibaGrant(PolledGrant):
    """A portal polls until the person it asked has decided."""

    GRANT_TYPE = "urn:openid:params:grant-type:ciba"
    KIND = BACKCHANNEL
    PARAMETER = "auth_req_id"
    TOKEN_ENDPOINT_AUTH_METHODS = client_auth.CONFIDENTIAL_METHODS
