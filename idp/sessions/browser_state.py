"""What lets a portal's page see that the login at this browser changed (OIDC Session Management 1.0).

A cookie that scripts of our own frame can read holds a digest of the session's id: it tells that the
session is another one or gone, and nothing else.
"""

import hashlib
from functools import lru_cache
from urllib.parse import urlsplit

from idp.base.secret import b64url, random_token


def of_session(session_id: str) -> str:
    """The browser state while this session lasts."""
    return b64url(hashlib.sha256(f"browser-state {session_id}".encode()).digest())


@lru_cache(maxsize=4096)
def origin(uri: str) -> str:
    """The origin of a web address as a browser writes it (RFC 6454 §6.2): without the port of its scheme."""
    parts = urlsplit(uri)
    usual = parts.port in (None, 443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{parts.hostname}" + ("" if usual else f":{parts.port}")


def session_state(session_id: str, client_id: str, origin: str) -> str:
    """The ``session_state`` of an authentication response (§2): a salted hash that the frame computes too."""
    salt = random_token(12)
    text = f"{client_id} {origin} {of_session(session_id)} {salt}"
    return f"{b64url(hashlib.sha256(text.encode()).digest())}.{salt}"
