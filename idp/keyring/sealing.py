"""Sealed boxes: AES-256-GCM with the key's id in front (NIST SP 800-38D).

    box = key id (8) ‖ nonce (12) ‖ ciphertext ‖ tag (16)

Nonces are random, so one key may close 2^32 boxes (§8.3): rotate the key long before.
"""

import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_ID, _NONCE, _TAG = 8, 12, 16


def key_id(box: bytes) -> str:
    """The id of the key that closed a box, as the marker names it."""
    return box[:_ID].hex()


class SealBroken(ValueError):
    """A box that does not open: altered, cut, of another row, or its key is not here."""


class Sealer:
    """The sealing keys of one kind: the current one closes, every one that is left opens."""

    __slots__ = ("_current", "_keys")

    def __init__(self, current: str, keys: Mapping[str, bytes]) -> None:
        self._current = bytes.fromhex(current)
        self._keys = {bytes.fromhex(kid): AESGCM(key) for kid, key in keys.items()}

    def seal(self, plain: bytes, aad: bytes) -> bytes:
        """Close ``plain``; it opens only with the same ``aad``."""
        nonce = secrets.token_bytes(_NONCE)
        return self._current + nonce + self._keys[self._current].encrypt(nonce, plain, self._current + aad)

    def unseal(self, box: bytes, aad: bytes) -> bytes:
        """Open a box; raises ``SealBroken``."""
        kid = box[:_ID]
        key = self._keys.get(kid)
        if key is None or len(box) < _ID + _NONCE + _TAG:
            raise SealBroken("no key here opens this box")
        try:
            return key.decrypt(box[_ID : _ID + _NONCE], box[_ID + _NONCE :], kid + aad)
        except InvalidTag:
            raise SealBroken("altered, or sealed for another place") from None

    def is_current(self, box: bytes) -> bool:
        """Whether the current key closed the box; if not, it waits to be sealed again."""
        return box[:_ID] == self._current
