"""An issuer written out by hand, so that its tokens can be wrong in any way."""

import base64
import hashlib
import json
import time
from typing import Any
from uuid import uuid4

from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry
from resource_server import Issuer, ResourceServer

NAME = "https://id.example.gov"
BASE = "https://api.example.gov"
_ES256 = JWSRegistry(algorithms=["ES256"]).get_alg("ES256")


class Forge(Issuer):
    """Keys and metadata in memory; counts how often it is asked."""

    def __init__(self, **options: Any) -> None:
        super().__init__(NAME, **options)
        self.key = ECKey.generate_key("P-256", {"kid": "k1"})
        self.metadata: dict[str, Any] = {"issuer": NAME, "jwks_uri": f"{NAME}/jwks"}
        self.down = False
        self.asked = 0

    def _get(self, uri: str) -> Any:
        if self.down:
            raise OSError("away")
        if uri.endswith("/jwks"):
            self.asked += 1
            return {"keys": [self.key.as_dict(private=False)]}
        return self.metadata

    def token(self, *, typ: str = "at+jwt", header: dict[str, Any] | None = None, **changes: Any) -> str:
        """A good access token, changed; ``None`` leaves a claim out."""
        moment = int(time.time())
        claims = {
            "iss": NAME, "sub": "person", "aud": "api", "client_id": "tax", "scope": "openid data.query",
            "iat": moment, "exp": moment + 600, "jti": str(uuid4()), "acr": "urn:gov-sso:acr:l2",
            "auth_time": moment - 100, **changes,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        head = {"alg": "ES256", "typ": typ, "kid": "k1", **(header or {})}
        return sign(head, claims, self.key)


def sign(header: dict[str, Any], claims: dict[str, Any], key: ECKey) -> str:
    """A JWT signed with ES256, whatever its header says."""
    text = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{text}.{b64(_ES256.sign(text.encode(), key))}"


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def server(issuer: Issuer | None = None, **options: Any) -> ResourceServer:
    return ResourceServer(issuer=issuer or Forge(), audience="api", base=BASE, **options)


def request(token: str | None, *, scheme: str = "Bearer", **changes: str) -> dict[str, Any]:
    """A WSGI request with a token."""
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/returns",
        "QUERY_STRING": "",
        "HTTP_HOST": "evil.example",
    }
    if token is not None:
        environ["HTTP_AUTHORIZATION"] = f"{scheme} {token}"
    return {**environ, **changes}


def proof(key: ECKey, token: str, *, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """A good DPoP proof for ``request(token)``, changed; ``None`` leaves a claim out."""
    ath = b64(hashlib.sha256(token.encode()).digest())
    moment = int(time.time())
    claims = {
        "htm": "GET",
        "htu": f"{BASE}/returns",
        "iat": moment,
        "jti": str(uuid4()),
        "ath": ath,
        **changes,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    head = {"alg": "ES256", "typ": "dpop+jwt", "jwk": key.as_dict(private=False), **(header or {})}
    head = {name: value for name, value in head.items() if value is not None}
    return sign(head, claims, key)
