"""Our own signed tokens: JWS compact serialization (RFC 7515 §7.1), nothing else.

Written on ``cryptography`` directly: two signatures a flow, 26 us each against 45 with a JOSE library.
What other people sign (client assertions) is read with joserfc, not here.
"""

import binascii
from collections.abc import Mapping
from typing import Any

import orjson

from idp.base.errors import Rejected
from idp.base.secret import b64url_decode
from idp.keyring.suites import Signer

#: No token of ours is longer; a longer one is refused unread (RFC 8725 §3.11).
SIZE_LIMIT = 16 * 1024
_HINT = "The token is invalid"
_MEMBERS = frozenset({"alg", "kid", "typ"})


class SigningKey:
    """A signer with its id, and the header of each ``typ`` encoded once."""

    __slots__ = ("_headers", "_signer", "alg", "kid")

    def __init__(self, kid: str, alg: str, signer: Signer) -> None:
        self.kid = kid
        self.alg = alg
        self._signer = signer
        self._headers: dict[str, bytes] = {}

    @property
    def jwk(self) -> dict[str, str]:
        """The public key as portals fetch it (RFC 7517 §4)."""
        return {"alg": self.alg, **self._signer.jwk, "kid": self.kid, "use": "sig"}

    def sign(self, claims: Mapping[str, Any], typ: str) -> str:
        """A compact JWS of the claims."""
        header = self._headers.get(typ) or self._encode_header(typ)
        data = header + _b64(orjson.dumps(claims))
        return (data + b"." + _b64(self._signer.sign(data))).decode("ascii")

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Whether this key signed ``data``."""
        return self._signer.verify(data, signature)

    def _encode_header(self, typ: str) -> bytes:
        header = _b64(orjson.dumps({"alg": self.alg, "kid": self.kid, "typ": typ})) + b"."
        self._headers[typ] = header
        return header


class UnknownKey(Rejected):
    """The token names a key that is not here."""

    def __init__(self) -> None:
        super().__init__("invalid_token", _HINT, why="token: unknown key", status=401)


def verify(token: str, keys: Mapping[str, SigningKey], typ: str | None) -> dict[str, Any]:
    """The claims of a token that one of ``keys`` signed as a ``typ`` (any, if ``None``).

    The key decides the algorithm (RFC 8725 §3.1), the header only has to agree. Times, issuer and
    audience are the caller's to judge.
    """
    if len(token) > SIZE_LIMIT:
        raise _refused("too long")
    data, _, tail = token.rpartition(".")
    if data.count(".") != 1:
        raise _refused("not a compact JWS")
    head, _, body = data.partition(".")
    key = _key_of(_json_object(head), keys, typ)
    signature = _decode(tail)
    # A second spelling of the same signature would be a second token to whoever remembers tokens by text.
    if _b64(signature) != tail.encode() or not key.verify(data.encode("ascii"), signature):
        raise _refused("bad signature")
    return _json_object(body)


def _key_of(header: dict[str, Any], keys: Mapping[str, SigningKey], typ: str | None) -> SigningKey:
    # We write three members. So crit, b64, zip, jwk, jku and x5u need no rules of their own: none passes.
    if header.keys() != _MEMBERS:
        raise _refused("foreign header")
    kid = header["kid"]
    key = keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        raise UnknownKey
    if header["alg"] != key.alg:
        raise _refused("algorithm is not the key's")
    if typ is not None and header["typ"] != typ:
        raise _refused("token of another type")
    return key


def _json_object(segment: str) -> dict[str, Any]:
    try:
        value = orjson.loads(_decode(segment))
    except orjson.JSONDecodeError:
        raise _refused("not JSON") from None
    if not isinstance(value, dict):
        raise _refused("not a JSON object")
    return value


def _decode(segment: str) -> bytes:
    try:
        return b64url_decode(segment)
    except ValueError:
        raise _refused("not base64url") from None


def _b64(data: bytes) -> bytes:
    return binascii.b2a_base64(data, newline=False).translate(_URL_SAFE, b"=")


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def _refused(why: str) -> Rejected:
    return Rejected("invalid_token", _HINT, why=f"token: {why}", status=401)
