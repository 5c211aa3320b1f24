"""Random secrets, their digests, and a type that refuses to be printed."""

import base64
import hashlib
import hmac
import secrets
from typing import final


@final
class Secret:
    """A text that cannot reach a log by accident: only ``reveal`` gives it back."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._text)


def b64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def b64url_decode(text: str) -> bytes:
    """Bytes of an unpadded base64url text; raises ``ValueError`` for anything else."""
    if not text.isascii() or "=" in text or "+" in text or "/" in text:
        raise ValueError("not base64url")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def random_token(nbytes: int = 32) -> str:
    """A fresh unguessable text of ``nbytes`` random bytes (RFC 6749 §10.10 asks for at least 16)."""
    return secrets.token_urlsafe(nbytes)


def digest(text: str) -> str:
    """SHA-256 of a long random text, the form in which stores may keep it."""
    return b64url(hashlib.sha256(text.encode(errors="surrogatepass")).digest())


def same(left: str, right: str) -> bool:
    """Compare two texts in constant time."""
    return hmac.compare_digest(left.encode(errors="surrogatepass"), right.encode(errors="surrogatepass"))
