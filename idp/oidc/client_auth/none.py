"""``none``: a public client only names itself; PKCE is its proof (RFC 6749 §2.1, RFC 7636)."""

from typing import TYPE_CHECKING

import clients
from clients import Client

if TYPE_CHECKING:
    from idp.oidc.engine import FormRequest

_CREDENTIALS = {"client_secret", "client_assertion", "client_assertion_type"}


def claims(request: "FormRequest") -> str | None:
    """The client id, when it stands alone, and no certificate has to prove it."""
    client_id, method = alone(request)
    return None if method.endswith("tls_client_auth") else client_id


def proves(request: "FormRequest", client: Client | None) -> bool:
    """Nothing more is shown."""
    return client is not None


def alone(request: "FormRequest") -> tuple[str | None, str]:
    """The client id of a request that holds no credential, and the method its client registered."""
    client_id = request.form.get("client_id")
    if client_id is None or request.headers["Authorization"] or _CREDENTIALS & request.form.keys():
        return None, ""
    client = clients.find(client_id)
    return client_id, client.token_endpoint_auth_method if client else ""
