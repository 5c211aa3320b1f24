"""``client_secret_post`` (RFC 6749 §2.3.1): id and secret in the form."""

from typing import TYPE_CHECKING

import clients
from clients import Client

if TYPE_CHECKING:
    from idp.oidc.engine import FormRequest


def claims(request: "FormRequest") -> str | None:
    """The client id, when a secret stands beside it."""
    return request.form.get("client_id", "") if "client_secret" in request.form else None


def proves(request: "FormRequest", client: Client | None) -> bool:
    """Whether the secret is one of the client's."""
    return clients.secret_matches(client, request.form["client_secret"])
