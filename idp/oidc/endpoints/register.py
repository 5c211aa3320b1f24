"""The client registration and configuration endpoints (RFC 7591 §3, RFC 7592 §2, Registration 1.0 §3, §4).

Whoever registers shows an initial access token that an operator made; whoever manages a client shows that
client's own registration access token. Neither is looked for in an address (RFC 6750 §2.3).
"""

import re
from collections.abc import Callable
from typing import Any

from clients.registration import metadata, service
from clients.registration.service import Registered
from idp import audit, settings
from idp.base.errors import Rejected
from idp.login import throttle
from idp.oidc import answers, json_body
from idp.oidc.answers import NO_STORE
from idp.oidc.request import Answer, Request
from idp.store import rate

#: The configuration endpoint of a client begins so, and ends with its id.
CLIENT = "/register/"

_CLIENT_ID = re.compile(r"[a-z0-9-]{1,64}", re.ASCII)


def post(http: Request) -> Answer:
    """Register a client (RFC 7591 §3)."""
    return _judged(http, lambda token: _told(service.register(_members(http), token=token), 201))


def get(http: Request) -> Answer:
    """What is registered (RFC 7592 §2.1)."""
    return _judged(http, lambda token: _told(service.read(_client_id(http), token=token)))


def put(http: Request) -> Answer:
    """Replace what is registered (RFC 7592 §2.2)."""
    return _judged(http, lambda token: _told(service.update(_client_id(http), _members(http), token=token)))


def delete(http: Request) -> Answer:
    """Remove the client (RFC 7592 §2.3)."""

    def gone(token: str) -> Answer:
        service.delete(_client_id(http), token=token)
        return Answer(204, NO_STORE)

    return _judged(http, gone)


def _judged(http: Request, act: Callable[[str], Answer]) -> Answer:
    """Act for whoever shows a token; each refusal is on record, and told in the form it has."""
    if rate.count("register", throttle.network_tag(http.address)) > settings.current().registration_requests:
        return answers.error("temporarily_unavailable", "too many requests from this address", 429, _later())
    try:
        return act(_bearer(http))
    except Rejected as error:
        audit.record(
            "client.register_refused", client=_client_id(http) or None, outcome="refused", reason=error.why,
            error=error.code,
        )  # fmt: skip
        return _refusal(error, shown=bool(_bearer(http)))


def _refusal(error: Rejected, *, shown: bool) -> Answer:
    """RFC 6750 §3 for a token, RFC 7591 §3.2.2 for metadata."""
    if error.status != 401:
        return answers.error(error.code, error.hint, error.status)
    challenge = 'Bearer realm="register"'
    if shown:
        challenge += f', error="{error.code}", error_description="{error.hint}"'
    return answers.error(error.code, error.hint, 401, (("WWW-Authenticate", challenge),))


def _told(registered: Registered, status: int = 200) -> Answer:
    """All that is registered, and what the client uses and manages it by (RFC 7591 §3.2.1, RFC 7592 §3)."""
    client = registered.client
    told: dict[str, Any] = metadata.document(client)
    if registered.statement:
        told["software_statement"] = registered.statement
    if registered.secret:
        told |= {"client_secret": registered.secret.reveal(), "client_secret_expires_at": 0}
    told["registration_client_uri"] = f"{settings.current().issuer}{CLIENT}{client.client_id}"
    told["registration_access_token"] = registered.token.reveal()
    return answers.json(told, status)


def _bearer(http: Request) -> str:
    """The token in the header (RFC 6750 §2.1); nothing when there is none."""
    scheme, _, token = http.header("Authorization").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _members(http: Request) -> dict[str, Any]:
    return json_body.read(http.body("application/json"))


def _client_id(http: Request) -> str:
    """The client that the path names; nothing when it names none that could be."""
    named = http.path.removeprefix(CLIENT)
    return named if _CLIENT_ID.fullmatch(named) else ""


def _later() -> tuple[tuple[str, str], ...]:
    return (("Retry-After", str(rate.rest())),)
