"""What lies in a key file, and the key id that is computed from it.

Because the id comes from the material, a swapped or edited file can never pass for the key the marker names.
"""

import hashlib
import hmac
import secrets
from typing import TypeAlias

import orjson

from idp.base.secret import b64url, b64url_decode
from idp.keyring import decryption
from idp.keyring.decryption import DecryptionKey
from idp.keyring.suites import SUITES, Signer, Suite

_SUITES: dict[str, Suite] = {suite.ALG: suite for suite in SUITES}

SIGNING = tuple(_SUITES)
#: Others encrypt to it. A folder from before there was one goes on without, until one is made by a rotation.
ENCRYPTION = (decryption.KIND,)
#: Kinds with a public half, which portals fetch and may remember for a while.
PUBLISHED = SIGNING + ENCRYPTION
#: Sealed columns, blind indexes, sealed tokens, pairwise subjects, secrets of the web face.
SYMMETRIC = ("seal", "blind-index", "token", "pairwise", "web")
KINDS = PUBLISHED + SYMMETRIC
#: A new pairwise key would change every ``sub``, for ever; a new web key ends every form that is open and
#: sets the throttle back, so there is one only when the old one leaked.
ROTATING = (*PUBLISHED, "seal", "blind-index", "token")
#: Kinds whose keys may end at any moment: what lies under them is in others' hands, and can be had anew.
ENDING_AT_ONCE = (*PUBLISHED, "token", "web")

KEY_SIZE = 32
_PROBE = b"self-test of a signing key"

Material: TypeAlias = Signer | DecryptionKey | bytes


def generate(kind: str) -> bytes:
    """The text of a fresh key file."""
    if kind in _SUITES:
        return _SUITES[kind].generate()
    if kind in ENCRYPTION:
        return decryption.generate()
    return b64url(secrets.token_bytes(KEY_SIZE)).encode() + b"\n"


def parse(kind: str, data: bytes) -> tuple[str, Material]:
    """The key in a file and its id; raises ``ValueError`` or ``TypeError`` for anything unsound."""
    if kind in _SUITES:
        signer = _SUITES[kind].load(data)
        if not signer.verify(_PROBE, signer.sign(_PROBE)):
            raise ValueError("the published half does not verify what the key signs")
        return thumbprint(signer.jwk), signer
    if kind in ENCRYPTION:
        opener = decryption.load(data)
        return thumbprint(opener.jwk), opener
    key = b64url_decode(data.decode("ascii").strip())
    if len(key) != KEY_SIZE:
        raise ValueError("not a key of 32 bytes")
    return symmetric_id(kind, key), key


def thumbprint(jwk: dict[str, str]) -> str:
    """The ``kid`` of a published key: SHA-256 of its required members in lexicographic order (RFC 7638)."""
    return b64url(hashlib.sha256(orjson.dumps(jwk, option=orjson.OPT_SORT_KEYS)).digest())


def symmetric_id(kind: str, key: bytes) -> str:
    """Eight bytes that name a secret key and tell nothing of it."""
    return hmac.digest(key, b"key id|" + kind.encode(), "sha256")[:8].hex()
