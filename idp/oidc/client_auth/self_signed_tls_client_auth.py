"""``self_signed_tls_client_auth`` (RFC 8705 §2.2): a certificate that stands in the client's keys."""

import base64
from typing import TYPE_CHECKING

from clients import Client, client_keys
from idp.oidc import mtls
from idp.oidc.client_auth import none

if TYPE_CHECKING:
    from idp.oidc.engine import FormRequest

METHOD = "self_signed_tls_client_auth"


def claims(request: "FormRequest") -> str | None:
    """The client id, when it stands alone and its client is known by a certificate."""
    client_id, method = none.alone(request)
    return client_id if method == METHOD else None


def proves(request: "FormRequest", client: Client | None) -> bool:
    """Whether the certificate is one of those registered, and in time."""
    shown = mtls.certificate(request.http)
    if client is None or shown is None:
        return False
    # A certificate that is not among its keys may have come since these were fetched.
    kids = (None, shown.thumbprint) if client.jwks_uri else (None,)
    return shown.in_time and any(shown.thumbprint in _registered(client, kid) for kid in kids)


def _registered(client: Client, kid: str | None) -> set[str]:
    keys = [key.as_dict(private=False) for key in client_keys.of(client, kid)]
    return {mtls.thumbprint(base64.b64decode(key["x5c"][0])) for key in keys if "x5c" in key}
