"""A portal's host that publishes its keys, exchanges them, and may misbehave; and what those keys sign."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import ECKey

from idp.base.clock import now
from tests.actors import ISSUER
from tests.sink import Behaviour, Sink, document, sink

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def new_key(kid: str, **members: str) -> ECKey:
    """A private P-256 key."""
    return ECKey.generate_key("P-256", {"kid": kid, **members})


def public(key: Any) -> dict[str, Any]:
    """What is published of a key."""
    return dict(key.as_dict(private=False))


@dataclass
class KeyHost:
    """Where a portal publishes its key set; ``behaviour`` is what it answers now."""

    behaviour: Behaviour = field(default_factory=lambda: document(b'{"keys":[]}'))
    at: Sink = field(init=False)

    @property
    def uri(self) -> str:
        """The address to register."""
        return f"http://127.0.0.1:{self.at.port}/jwks"

    @property
    def visits(self) -> int:
        """How often somebody came."""
        return len(self.at.requests)

    def publish(self, *keys: Any, headers: tuple[tuple[str, str], ...] = ()) -> None:
        """Answer this key set from now on."""
        listed = [key if isinstance(key, dict) else public(key) for key in keys]
        self.behaviour = document(json.dumps({"keys": listed}).encode(), "application/json", *headers)

    def __call__(self, http: BaseHTTPRequestHandler, stop: threading.Event) -> None:
        self.behaviour(http, stop)


@contextmanager
def key_host(*keys: Any) -> Iterator[KeyHost]:
    """A listening host that publishes these keys."""
    host = KeyHost()
    host.publish(*keys)
    with sink(host) as host.at:
        yield host


def assertion(client_id: str, key: Any, **changes: Any) -> dict[str, str]:
    """The form parameters of ``private_key_jwt``."""
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": ISSUER,
        "jti": str(uuid4()),
        "iat": now(),
        "exp": now() + 60,
        **changes,
    }
    text = jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": text}
