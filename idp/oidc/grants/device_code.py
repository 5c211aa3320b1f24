"""``urn:ietf:params:oauth:grant-type:device_code`` (RFC 8628 §3.4).

Not on Authlib's grant: that one leaves a redeemed code redeemable and tells clients of each other's codes
(decision 0002, quirk 4).
"""

from authlib.oauth2.rfc8628 import DeviceCodeGrant as Base

from idp.approvals import DEVICE
from idp.oidc import client_auth
from idp.oidc.grants.polled import PolledGrant


class DeviceCodeGrant(PolledGrant):
    """A device polls until somebody has approved it on a phone."""

    GRANT_TYPE = Base.GRANT_TYPE
    KIND = DEVICE
    PARAMETER = "device_code"
    TOKEN_ENDPOINT_AUTH_METHODS = client_auth.PUBLIC_METHODS
