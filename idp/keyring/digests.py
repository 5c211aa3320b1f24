"""Keyed one-way values: the blind index of a number, the pairwise subject of a person, derived secrets."""

import hmac
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from idp.base.secret import b64url


def blind_index(key: bytes, id_type: str, value: str) -> bytes:
    """HMAC-SHA-256 of ``type|NUMBER``: the same number of two document types never meets (decision 0005)."""
    return hmac.digest(key, f"{id_type}|{value}".encode(), "sha256")


def pairwise(key: bytes, sector: str, subject_id: str) -> str:
    """A ``sub`` that no two sectors can compare (OpenID Connect Core §8.1); 43 characters."""
    return b64url(hmac.digest(key, f"{sector}|{subject_id}".encode(), "sha256"))


@lru_cache(maxsize=16)
def derive(key: bytes, label: str) -> bytes:
    """A secret of 32 bytes for one use (HKDF, RFC 5869)."""
    return HKDF(SHA256(), 32, salt=None, info=label.encode()).derive(key)
