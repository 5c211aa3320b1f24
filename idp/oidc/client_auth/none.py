"""``none``: a public client only names itself; PKCE is its proof (RFC 6749 §2.1, RFC 7636)."""

from typing import TYPE_CHECKING

from clients import Client

if TYPE_CHECKING:
    from idp.oidc.engine import FormRequest


def claims(request: "FormRequest") -> str | None:
    """The client id, when it stands alone."""
    if request.headers["Authorization"] or {"client_secret", "client_assertion"} & set(request.form):
        return None
    return request.form.get("client_id")


def proves(request: "FormRequest", client: Client | None) -> bool:
    """Nothing more is shown."""
    return client is not None
