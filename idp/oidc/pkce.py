"""Proof Key for Code Exchange, S256 and nothing else (RFC 7636; RFC 9700 §2.1.1)."""

import hashlib
import re

from idp.base.secret import b64url, same

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)


def is_challenge(text: str) -> bool:
    """Whether a text can be an S256 challenge (RFC 7636 §4.2: 43 characters)."""
    return _CHALLENGE.fullmatch(text) is not None


def proves(verifier: str, challenge: str) -> bool:
    """Whether a verifier has the form of §4.1 and hashes to the challenge (§4.6)."""
    if _VERIFIER.fullmatch(verifier) is None:
        return False
    return same(b64url(hashlib.sha256(verifier.encode()).digest()), challenge)
