"""RS256: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3), for portals that ask for it: 283 us a signature.

OpenID Connect Core §15.1 makes it mandatory to implement.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from idp.base.secret import b64url
from idp.keyring import pem as pem_form

ALG = "RS256"
_BITS = 2048
_EXPONENT = 65537
_PADDING = padding.PKCS1v15()
_HASH = hashes.SHA256()


class Rs256Key:
    """An RSA private key and its public half."""

    __slots__ = ("_private", "_public", "jwk")

    def __init__(self, private: rsa.RSAPrivateKey) -> None:
        self._private = private
        self._public = private.public_key()
        numbers = self._public.public_numbers()
        self.jwk = {"e": _uint(numbers.e), "kty": "RSA", "n": _uint(numbers.n)}

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data``."""
        return self._private.sign(data, _PADDING, _HASH)

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Whether ``signature`` is one over ``data``."""
        try:
            self._public.verify(signature, data, _PADDING, _HASH)
        except InvalidSignature:
            return False
        return True


def _uint(number: int) -> str:
    """Base64urlUInt: big-endian, no leading zero octet (RFC 7518 §2)."""
    return b64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def generate() -> bytes:
    """A fresh RSA key; 2048 bits are enough to 2030 and a third of the cost of 3072 (SP 800-57 Part 1)."""
    return pem_form.dump(rsa.generate_private_key(_EXPONENT, _BITS))


def load(pem: bytes) -> Rs256Key:
    """Parse an RSA key of at least 2048 bits (RFC 7518 §3.3) with the usual exponent."""
    key = pem_form.load(pem)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("not an RSA private key")  # noqa: TRY004  (the content is wrong, not the call)
    if key.key_size < _BITS or key.public_key().public_numbers().e != _EXPONENT:
        raise ValueError("RSA key below 2048 bits or with an odd exponent")
    return Rs256Key(key)
