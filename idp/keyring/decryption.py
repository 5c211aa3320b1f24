"""What others encrypt to us (RFC 7516): request objects, and ID tokens that come back as hints.

One kind of key, ECDH-ES on P-256. RSA1_5 and its oracles, passwords as keys (PBES2, whose sender chooses what
it costs us) and compression (whose sender chooses how large it gets) are not understood at all.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from idp.base import strict_json
from idp.base.secret import b64url, b64url_decode
from idp.keyring import pem as pem_form

KIND = "ECDH-ES"
ALGORITHMS = ("ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW")
ENCODINGS = ("A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM")
#: No honest request object is longer; a longer one is refused unread.
LARGEST = 32 * 1024
_LONGEST_HEADER = 1024
_MEMBERS = frozenset({"alg", "enc", "kid", "epk", "apu", "apv", "cty", "typ"})
_REGISTRY = jwe.JWERegistry(algorithms=[*ALGORITHMS, *ENCODINGS])
_SIZE = 32


class Unreadable(ValueError):
    """Not encrypted to us, or not in a way we take; the reason may not leave."""


class UnknownKey(Unreadable):
    """It names a key that is not here."""


class DecryptionKey:
    """A P-256 private key that others encrypt to."""

    __slots__ = ("_key", "jwk")

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        numbers = private.public_key().public_numbers()
        self.jwk = {
            "crv": "P-256",
            "kty": "EC",
            "x": b64url(numbers.x.to_bytes(_SIZE, "big")),
            "y": b64url(numbers.y.to_bytes(_SIZE, "big")),
        }
        self._key = ECKey.import_key(pem_form.dump(private), {"use": "enc"})

    def decrypt(self, text: str) -> bytes:
        """The content of a JWE in compact form whose header has been judged; raises ``Unreadable``."""
        try:
            content = jwe.decrypt_compact(text, self._key, registry=_REGISTRY).plaintext
        except (JoseError, InvalidTag, ValueError, TypeError, KeyError, AssertionError) as error:
            raise Unreadable(type(error).__name__) from error
        return content or b""


def decrypt(text: str, keys: Mapping[str, DecryptionKey]) -> tuple[str, bytes]:
    """The key that opened a JWE to one of ``keys``, and its content; raises ``Unreadable``."""
    if len(text) > LARGEST or not text.isascii() or text.count(".") != 4:
        raise Unreadable("not a compact JWE of bearable size")
    header = _header(text.partition(".")[0])
    if "kid" in header:
        if header["kid"] not in keys:
            raise UnknownKey("for no key of ours")
        return header["kid"], keys[header["kid"]].decrypt(text)
    for kid, key in keys.items():
        with suppress(Unreadable):
            return kid, key.decrypt(text)
    raise Unreadable("for no key of ours")


def generate() -> bytes:
    """A fresh P-256 key."""
    return pem_form.dump(ec.generate_private_key(ec.SECP256R1()))


def load(pem: bytes) -> DecryptionKey:
    """Parse a P-256 key."""
    key = pem_form.load(pem)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 private key")  # noqa: TRY004  (the content is wrong, not the call)
    return DecryptionKey(key)


def _header(segment: str) -> dict[str, Any]:
    """A header we understand every member of; raises ``Unreadable``."""
    try:
        header = strict_json.read(b64url_decode(segment), largest=_LONGEST_HEADER, deepest=2)
    except ValueError as error:
        raise Unreadable("no header") from error
    if not isinstance(header, dict) or not header.keys() <= _MEMBERS:
        raise Unreadable("foreign header")
    if header.get("alg") not in ALGORITHMS or header.get("enc") not in ENCODINGS:
        raise Unreadable("algorithm not taken")
    if not isinstance(header.get("kid", ""), str):
        raise Unreadable("kid is no text")
    return header
