"""A portal that can open what is encrypted to it."""

import json
from dataclasses import dataclass
from typing import Any

from joserfc import jwe
from joserfc.jwk import ECKey, OKPKey, RSAKey

from idp.base.secret import b64url_decode
from tests.actors import Portal, portal

#: An RSA key costs a second fraction; one serves all tests.
RSA = RSAKey.generate_key(2048, {"kid": "enc-rsa", "use": "enc"})
EC = ECKey.generate_key("P-256", {"kid": "enc-ec", "use": "enc"})
P384 = ECKey.generate_key("P-384", {"kid": "enc-384", "use": "enc"})
X25519 = OKPKey.generate_key("X25519", {"kid": "enc-x", "use": "enc"})

ALGORITHMS = ("ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW", "RSA-OAEP-256")
ENCODINGS = ("A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM")


@dataclass(frozen=True)
class Opened:
    """A JWE, opened: its header, and the text inside."""

    header: dict[str, Any]
    text: str


def opened(text: str, key: Any = None) -> Opened:
    """Open a JWE with the key its header names; the library of another author's hand judges it."""
    header = json.loads(b64url_decode(text.partition(".")[0]))
    key = key or {one.kid: one for one in (RSA, EC, P384, X25519)}[header["kid"]]
    content = jwe.decrypt_compact(text, key, algorithms=[*ALGORITHMS, *ENCODINGS]).plaintext
    return Opened(header=header, text=(content or b"").decode())


def reading_portal(client_id: str = "tax", *keys: Any, **changes: Any) -> Portal:
    """A portal with encryption keys in its registration."""
    listed = [key.as_dict(private=False) for key in keys or (EC, RSA)]
    return portal(client_id, **({"jwks": {"keys": listed}} | changes))
