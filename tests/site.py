"""A portal and its visitors at a running server, over sockets of their own."""

import base64
import hashlib
import json
import re
import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.interop.browserless import Browser, visit
from tests.registrations import CALLBACK
from tests.serving import Served
from tests.wire import Answer, Request, exchange

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Site:
    """A running server and its portal ``portal-a``."""

    served: Served
    folder: Path

    @property
    def host(self) -> bytes:
        """What belongs into a Host header."""
        return f"127.0.0.1:{self.served.port}".encode()

    def open(self, sent: bytes) -> socket.socket:
        """A connection on which these bytes were sent."""
        line = socket.create_connection(("127.0.0.1", self.served.port), timeout=5)
        line.sendall(sent)
        return line

    def raw(self, sent: bytes, seconds: float = 3) -> bytes:
        """What comes back for these bytes until the server closes or falls silent."""
        with socket.create_connection(("127.0.0.1", self.served.port), timeout=seconds) as line:
            line.sendall(sent)
            got = b""
            with suppress(TimeoutError, ConnectionResetError):
                while data := line.recv(65536):
                    got += data
                    if _whole(got):
                        line.settimeout(0.3)
            return got

    def get(self, path: str, **headers: str) -> Answer:
        return exchange(Request(url=self.served.issuer + path, headers=headers))

    def post(self, path: str, form: dict[str, str], **headers: str) -> Answer:
        return exchange(self.form(path, form, **headers))

    def form(self, path: str, form: dict[str, str], **headers: str) -> Request:
        """A request of the portal, authenticated by its secret."""
        credentials = f"portal-a:{self.served.secrets['portal-a']}".encode()
        basic = {"Authorization": "Basic " + base64.b64encode(credentials).decode()}
        body = urlencode(form).encode()
        return Request(
            method="POST", url=self.served.issuer + path, headers={**FORM, **basic, **headers}, body=body
        )

    def request(self, challenge: str = "a" * 43, **more: str) -> str:
        """The address of an authorization request."""
        values = {
            "response_type": "code", "client_id": "portal-a", "redirect_uri": CALLBACK, "scope": "openid",
            "code_challenge": challenge, "code_challenge_method": "S256", "state": "s", **more,
        }  # fmt: skip
        return f"{self.served.issuer}/authorize?{urlencode(values)}"

    def code(self, browser: Browser | None = None, scope: str = "openid") -> dict[str, str]:
        """A whole login, or a re-entry; the form that redeems its code."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        start = self.request(challenge, scope=scope)
        agreed = {**self.served.people[0], "provide": "offline_access"}
        end = visit(browser or Browser(), start, agreed, CALLBACK)
        code = parse_qs(urlsplit(end).query)["code"][0]
        return {
            "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK,
            "code_verifier": verifier,
        }  # fmt: skip

    def tokens(self, browser: Browser | None = None, scope: str = "openid") -> dict[str, Any]:
        """The tokens of a login."""
        answer = self.post("/token", self.code(browser, scope))
        assert answer.status == 200, answer.body
        made = dict(json.loads(answer.body))
        assert made["scope"] == scope
        return made

    def refresh(self, token: str) -> Answer:
        return self.post("/token", {"grant_type": "refresh_token", "refresh_token": token})


def statuses(got: bytes) -> list[int]:
    """The status of every answer in the bytes."""
    return [int(found) for found in re.findall(rb"HTTP/1\.[01] (\d{3})", got)]


def _whole(got: bytes) -> bool:
    head, end, body = got.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    return bool(end) and len(body) >= int(length[1] if length else 0)
