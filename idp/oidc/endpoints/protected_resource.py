"""Protected resource metadata (RFC 9728): what a client must bring to what we protect ourselves."""

import orjson

from clients import scopes
from idp import settings
from idp.oidc import challenge, dpop
from idp.oidc.endpoints.metadata import public
from idp.oidc.request import Answer, Request

#: What is described: the issuer as a whole, the audience of its own tokens, and UserInfo.
RESOURCES = ("", "/userinfo")


def get(http: Request) -> Answer:
    """``/.well-known/oauth-protected-resource``, the resource's path behind it (§3.1)."""
    conf = settings.current()
    told = {
        "resource": conf.issuer + http.path.removeprefix(challenge.METADATA),
        "authorization_servers": [conf.issuer],
        "scopes_supported": scopes.grantable(),
        "bearer_methods_supported": ["header", "body"],
        "dpop_signing_alg_values_supported": dpop.ALGORITHMS,
        "dpop_bound_access_tokens_required": False,
        "tls_client_certificate_bound_access_tokens": conf.client_certificate != "none",
    }
    return public(http, orjson.dumps(told))
