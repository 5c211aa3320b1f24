"""Logout tokens and their delivery (OIDC Back-Channel Logout 1.0 §2.4, §2.5)."""

import socket
import ssl
import threading
from contextlib import suppress
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from clients import Client
from idp import keyring, sessions, settings
from idp.base.clock import now

EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LIFETIME = 120
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "Connection": "close"}


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
    return keyring.sign(claims, alg=client.id_token_signed_response_alg, typ="logout+jwt")


def deliver(client: Client, token: str) -> str:
    """Post a logout token; ``"200"`` or ``"204"`` when the portal took it, else what went wrong.

    The registered address and nothing else gets the token: no redirect is followed, no proxy used, the
    answer's body not read; and the whole call has one deadline, so that a portal that drips its answer
    byte by byte holds nobody up (attack book K22, M06).
    """
    try:
        return str(_post(client.backchannel_logout_uri, token, settings.current().logout_timeout))
    except (HTTPException, OSError) as error:
        return type(error).__name__


def _post(uri: str, token: str, seconds: int) -> int:
    parts = urlsplit(uri)
    host, secure = parts.hostname or "", parts.scheme == "https"
    plain = socket.create_connection((host, parts.port or (443 if secure else 80)), seconds)
    line = (
        _trust().wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False) if secure else plain
    )
    # Below TLS, for a handshake may be what the other side drags out.
    watchdog = threading.Timer(seconds, _cut, (line,))
    watchdog.daemon = True
    watchdog.start()
    http = (HTTPSConnection if secure else HTTPConnection)(host, parts.port)
    try:
        if isinstance(line, ssl.SSLSocket):
            line.do_handshake()
        http.sock = line
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        http.request("POST", target, urlencode({"logout_token": token}), _HEADERS)
        return http.getresponse().status
    finally:
        watchdog.cancel()
        http.close()
        line.close()


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
