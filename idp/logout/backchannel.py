"""Logout tokens and their delivery (OIDC Back-Channel Logout 1.0 §2.4, §2.5)."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from clients import Client
from idp import keyring, outbound, sessions, settings
from idp.base.clock import now
from idp.tokens import envelope

EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LIFETIME = 120
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


def logout_token(client: Client, person_id: str, session_id: str) -> str:
    """A signed logout token for one portal, encrypted as its ID tokens are (§2.6).

    Nobody else can read out of it who logged out. Without a session it is about all of the person's sessions
    at the portal. Raises ``Unavailable`` when the key to encrypt to cannot be had.
    """
    moment = now()
    claims: dict[str, Any] = {
        "iss": settings.current().issuer,
        "aud": client.client_id,
        "iat": moment,
        "exp": moment + _LIFETIME,
        "jti": str(uuid4()),
        "sub": keyring.pairwise(client.sector, person_id),
        "events": {EVENT: {}},
    }
    if session_id:
        claims["sid"] = sessions.sid_for(session_id, client.client_id)
    signed = keyring.sign(claims, alg=client.id_token_signed_response_alg, typ="logout+jwt")
    envelope.ready(client)
    return envelope.closed(client, "id_token", signed)


def deliver(client: Client, token: str) -> str:
    """Post a logout token; ``"200"`` or ``"204"`` when the portal took it, else what went wrong.

    The registered address and nothing else gets the token (attack book K22, M06).
    """
    try:
        reply = outbound.post(
            client.backchannel_logout_uri,
            urlencode({"logout_token": token}).encode(),
            headers=_HEADERS,
            seconds=settings.current().logout_timeout,
            client=client.client_id,
        )
    except outbound.Failed as failure:
        return failure.why
    return str(reply.status)
