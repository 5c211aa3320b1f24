"""Client authentication: the register, and the rule that one request uses exactly one method.

Unknown client, wrong method and wrong proof get the same answer (attack book C08), and a secret is compared
with something in any case. An assertion is verified only for a client with keys, so an unknown one is
answered sooner. That is borne: a client id is no secret (RFC 6749 §2.2), ``/authorize`` tells which exist.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import clients
from clients import Client
from idp import settings
from idp.base.errors import Rejected
from idp.oidc.client_auth import (
    client_secret_basic,
    client_secret_post,
    none,
    private_key_jwt,
    self_signed_tls_client_auth,
    tls_client_auth,
)
from idp.tokens import envelope

if TYPE_CHECKING:
    from idp.oidc.engine import FormRequest

#: An authentication scheme is a token (RFC 9110 §11.1); a longer one is not told back.
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9.~+_-]{0,31}")

#: Finds the client id a request claims by this method, or ``None`` when the method is not used.
Claims = Callable[["FormRequest"], str | None]
#: Judges the proof; raises ``invalid_client``.
Proves = Callable[["FormRequest", Client | None], bool]

REGISTER: dict[str, tuple[Claims, Proves]] = {
    "client_secret_basic": (client_secret_basic.claims, client_secret_basic.proves),
    "client_secret_post": (client_secret_post.claims, client_secret_post.proves),
    "private_key_jwt": (private_key_jwt.claims, private_key_jwt.proves),
    "tls_client_auth": (tls_client_auth.claims, tls_client_auth.proves),
    "self_signed_tls_client_auth": (self_signed_tls_client_auth.claims, self_signed_tls_client_auth.proves),
    "none": (none.claims, none.proves),
}


def authenticate(request: "FormRequest", *, public_allowed: bool) -> Client:
    """The client that proved itself by the method it registered; raises ``invalid_client`` (401)."""
    used = [
        (method, client_id)
        for method, (claims, _) in REGISTER.items()
        if (client_id := claims(request)) is not None
    ]
    if len(used) > 1:
        # RFC 6749 §2.3: a client MUST NOT use more than one method in a request.
        raise Rejected("invalid_request", "more than one client authentication method is used")
    method, client_id = used[0] if used else ("none", "")
    form_id = request.form.get("client_id")
    if form_id is not None and form_id != client_id:
        raise refused("client_id differs from the authenticated client")
    client = clients.find(client_id)
    request.claimed, why = client_id if client else "", f"{method} failed for {client_id[:100]}"
    if client is not None and client.token_endpoint_auth_method != method:
        why = f"{method} used, {client.token_endpoint_auth_method} is registered"
    if client is not None and (not client.enabled or client.token_endpoint_auth_method != method):
        client = None
    proven = REGISTER[method][1](request, client)
    if client is None or not proven or (method == "none" and not public_allowed):
        raise refused(why)
    request.auth_method = method
    envelope.ready(client)
    return client


def claimed(request: "FormRequest") -> str:
    """The client of the registry that a request names by any method; none of them is proven here."""
    for claims, _ in REGISTER.values():
        with suppress(Rejected):
            client_id = claims(request)
            if client_id and clients.find(client_id):
                return client_id
    return ""


def offered() -> tuple[str, ...]:
    """The methods by which a client can succeed here: certificates only where some are believed."""
    conf = settings.current()
    out_of_reach = set()
    if conf.client_certificate == "none":
        out_of_reach.add(self_signed_tls_client_auth.METHOD)
    if not conf.client_certificate_authorities:
        out_of_reach.add(tls_client_auth.METHOD)
    return tuple(method for method in REGISTER if method not in out_of_reach)


def refused(why: str) -> Rejected:
    """The one answer to every failed authentication (RFC 6749 §5.2)."""
    return Rejected("invalid_client", "client authentication failed", why=why, status=401)


def challenges(authorization: str) -> tuple[tuple[str, str], ...]:
    """The schemes a 401 names: the one used, be it none of ours (RFC 6749 §5.2), and the one that works."""
    scheme = authorization.partition(" ")[0]
    used = [scheme] if _SCHEME.fullmatch(scheme) and scheme.lower() != "basic" else []
    return tuple(("WWW-Authenticate", f'{name} realm="oauth"') for name in (*used, "Basic"))


PUBLIC_METHODS = tuple(REGISTER)
CONFIDENTIAL_METHODS = tuple(method for method in REGISTER if method != "none")
