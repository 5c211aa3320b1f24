"""Telling portals through the browser (OIDC Front-Channel Logout 1.0 §2, §3).

Browsers that keep cookies from frames make it fail silently; the back channel reaches a portal without them.
"""

from collections.abc import Iterable
from urllib.parse import urlencode

import clients
from idp import sessions, settings


def addresses(session_id: str, portals: Iterable[str]) -> tuple[str, ...]:
    """What the last page loads in frames: each portal's own address, with ``iss`` and its ``sid``."""
    found = []
    for client_id in sorted(portals):
        client = clients.find(client_id)
        if client is not None and client.enabled and client.frontchannel_logout_uri:
            uri = client.frontchannel_logout_uri
            named = {"iss": settings.current().issuer, "sid": sessions.sid_for(session_id, client_id)}
            found.append(f"{uri}{'&' if '?' in uri else '?'}{urlencode(named)}")
    return tuple(found)
