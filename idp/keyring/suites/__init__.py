"""Signature suites: one file an algorithm, listed in ``SUITES`` in the order discovery names them.

A suite makes a key, reads it back and says what is published of it. SM2 joins by a file and a line here;
it may never be the only one, because ordinary portals cannot check it.
"""

from typing import Protocol


class Signer(Protocol):
    """One private key, parsed once, with its public half."""

    @property
    def jwk(self) -> dict[str, str]:
        """The required public members, and nothing else (RFC 7638 §3.2)."""

    def sign(self, data: bytes) -> bytes:
        """The JWS signature of ``data``."""

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Whether ``signature`` is one of ours over ``data``."""


class Suite(Protocol):
    """What a file of this folder offers."""

    ALG: str

    def generate(self) -> bytes:
        """A fresh private key as PEM (PKCS #8)."""

    def load(self, pem: bytes) -> Signer:
        """Parse a private key; raises ``ValueError`` or ``TypeError`` when it is not one of this suite."""


from idp.keyring.suites import es256, rs256  # noqa: E402  (the files need nothing of the above, readers do)

SUITES: tuple[Suite, ...] = (es256, rs256)
