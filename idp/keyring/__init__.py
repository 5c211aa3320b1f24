"""The keys of this server: what signs, what seals, what hides numbers; how they change and how they end.

Owns: the key folder and its marker, signing and verifying our own tokens, the published JWKS, sealed columns
and tokens, blind indexes, pairwise subjects, derived secrets, rotation and retirement.
Not here: portals' keys (``clients``), what stands in a token (``tokens``), the HTTP answer (``oidc``).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from idp.base.secret import b64url, b64url_decode
from idp.keyring import decryption, digests, first_start, jws, sealing
from idp.keyring.decryption import Unreadable
from idp.keyring.files import BrokenKeyring
from idp.keyring.ring import Keyring
from idp.keyring.sealing import SealBroken
from idp.keyring.suites import SUITES

__all__ = [
    "BrokenKeyring",
    "Keyring",
    "SealBroken",
    "Unreadable",
    "active",
    "algorithms",
    "blind_index",
    "blind_indexes",
    "broken",
    "current",
    "decrypt",
    "derive",
    "index_keys",
    "jwks",
    "old_sealer",
    "old_signer",
    "open",
    "open_token",
    "opened",
    "pairwise",
    "seal",
    "seal_token",
    "sealed_with_current",
    "sign",
    "unseal",
    "use",
    "verify",
]

_ring: Keyring | None = None


def open(path: Path, *, create: bool) -> Keyring:
    """Take the keys in ``path`` into use; ``create`` makes them, in a folder that has never held any.

    Raises ``BrokenKeyring``, which names the path: a server without its keys must not start.
    """
    if create:
        first_start.make(path)
    return use(Keyring(path))


def use(ring: Keyring) -> Keyring:
    """Make these the keys of this process."""
    global _ring
    _ring = ring
    return ring


def current() -> Keyring:
    """The keys of this process."""
    if _ring is None:
        raise RuntimeError("keyring.open() comes first")
    return _ring


def sign(claims: Mapping[str, Any], *, alg: str = "ES256", typ: str = "JWT") -> str:
    """A compact JWS of the claims by the key that signs now (RFC 7515 §7.1)."""
    return current().now().signers[alg].sign(claims, typ)


def verify(token: str, *, typ: str | None) -> dict[str, Any]:
    """The claims of a token of ours; raises ``Rejected("invalid_token")``.

    The signature and the header are judged here; expiry, issuer and audience by the caller, for whom an
    expired ID token may still be a good hint (OpenID Connect RP-Initiated Logout §2).
    """
    ring = current()
    try:
        return jws.verify(token, ring.now().verifiers, typ)
    except jws.UnknownKey:
        # Another process may have put a new key into use within this second.
        ring.refresh()
        return jws.verify(token, ring.now().verifiers, typ)


def decrypt(text: str) -> bytes:
    """The content of a JWE that was encrypted to us (RFC 7516 §7.1); raises ``Unreadable``.

    Who encrypted it is unknown: a signature inside has to say that.
    """
    return opened(text)[1]


def opened(text: str) -> tuple[str | None, bytes]:
    """The same, with the id of the key it was encrypted to when that is an old one."""
    ring = current()
    try:
        kid, content = decryption.decrypt(text, ring.now().decryptors)
    except decryption.UnknownKey:
        # Another process may have put a new key into use within this second.
        ring.refresh()
        kid, content = decryption.decrypt(text, ring.now().decryptors)
    return kid if kid in ring.now().old else None, content


def old_signer(token: str) -> str | None:
    """The key that signed a token of ours that was verified, when it is an old one."""
    old = current().now().old
    if not old:
        return None
    kid = orjson.loads(b64url_decode(token.partition(".")[0]))["kid"]
    return str(kid) if kid in old else None


def old_sealer(text: str) -> str | None:
    """The key under which a text lies that was opened by ``open_token``, when it is an old one."""
    old = current().now().old
    if not old:
        return None
    kid = sealing.key_id(b64url_decode(text))
    return kid if kid in old else None


def jwks() -> bytes:
    """The published keys (RFC 7517 §5): what signs, will sign, or signed what lives; one to encrypt to."""
    return current().now().jwks


def algorithms() -> tuple[str, ...]:
    """The signature algorithms we can use, our preferred one first."""
    return tuple(suite.ALG for suite in SUITES)


def seal(plain: bytes, aad: bytes) -> bytes:
    """Close a column value; ``aad`` names its row, so that it opens nowhere else."""
    return current().now().sealer.seal(plain, aad)


def unseal(box: bytes, aad: bytes) -> bytes:
    """Open a column value; raises ``SealBroken``."""
    return current().now().sealer.unseal(box, aad)


def sealed_with_current(box: bytes) -> bool:
    """Whether a box needs no resealing."""
    return current().now().sealer.is_current(box)


def blind_index(id_type: str, value: str) -> bytes:
    """The look-up value to store for a number."""
    return digests.blind_index(current().now().blind_indexes[0][1], id_type, value)


def blind_indexes(id_type: str, value: str) -> list[tuple[str, bytes]]:
    """(key id, look-up value) under every key a row may carry: the current one first, then newest first."""
    keys = current().now().blind_indexes
    return [(kid, digests.blind_index(key, id_type, value)) for kid, key in keys]


def index_keys() -> tuple[str, frozenset[str]]:
    """Ids of the blind-index keys: of the one in force, and of those that were retired."""
    ring = current()
    moment = ring.now()
    ended = (one.kid for one in ring.entries if one.kind == "blind-index" and one.retired_at is not None)
    return moment.blind_indexes[0][0], frozenset(ended)


def pairwise(sector: str, subject_id: str) -> str:
    """The ``sub`` of a person or organisation for one sector (OpenID Connect Core §8.1)."""
    return digests.pairwise(current().now().pairwise, sector, subject_id)


def seal_token(plain: bytes) -> str:
    """A closed, URL-safe text that only we can open."""
    return b64url(current().now().tokens.seal(plain, b""))


def open_token(text: str) -> bytes | None:
    """What is in a text of ``seal_token``; ``None`` for any other."""
    try:
        return current().now().tokens.unseal(b64url_decode(text), b"")
    except ValueError:
        return None


def derive(label: str) -> bytes:
    """A secret of 32 bytes for one use of the web face."""
    return digests.derive(current().now().web, label)


def active() -> dict[str, str]:
    """Algorithm to ``kid`` of the key that signs now; nodes that differ are not one server."""
    return {alg: key.kid for alg, key in current().now().signers.items()}


def broken() -> str:
    """What is wrong with the key folder since we read it; empty when nothing is."""
    ring = current()
    ring.now()
    return ring.broken
