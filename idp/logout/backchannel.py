"""Logout tokens and their delivery (OIDC Back-Channel Logout 1.0 §2.4, §2.5)."""

from typing import Any
from uuid import uuid4

import requests
from requests.exceptions import RequestException

from clients import Client
from idp import keyring, sessions, settings
from idp.base.clock import now

EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LIFETIME = 120
_LARGEST = 4096


def logout_token(client: Client, person_id: str, session_id: str) -> str:
    """A signed logout token for one portal; nobody else can read out of it who logged out."""
    moment = now()
    claims: dict[str, Any] = {
        "iss": settings.current().issuer,
        "aud": client.client_id,
        "iat": moment,
        "exp": moment + _LIFETIME,
        "jti": str(uuid4()),
        "sub": keyring.pairwise(client.sector, person_id),
        "sid": sessions.sid_for(session_id, client.client_id),
        "events": {EVENT: {}},
    }
    return keyring.sign(claims, alg=client.id_token_alg, typ="logout+jwt")


def deliver(client: Client, token: str) -> str:
    """Post a logout token; ``"200"`` or ``"204"`` when the portal took it, else what went wrong.

    No redirect is followed, the answer's body is not read beyond a bound, and proxies are not used: the
    registered address and nothing else gets the token (attack book K22, M06).
    """
    timeout = settings.current().logout_timeout
    try:
        with requests.Session() as http:
            http.trust_env = False
            answer = http.post(
                client.backchannel_logout_uri,
                data={"logout_token": token},
                timeout=(timeout, timeout),
                allow_redirects=False,
                stream=True,
            )
            with answer:
                answer.raw.read(_LARGEST)
            return str(answer.status_code)
    except (RequestException, OSError) as error:
        return type(error).__name__
