"""What a person proves to be the same person with: one file or folder a method, listed in ``AUTHENTICATORS``.

Owns: passwords and one-time codes of persons: setting, checking, removing them, and what may be a password.
Not here: which of them a login asks for, in what order, and how often it may fail (``idp.login``).
"""

from typing import Protocol

from idp.authenticators import password, totp


class Authenticator(Protocol):
    """What every method offers besides its own way of checking."""

    METHOD: str
    """Its name in ``amr`` (RFC 8176)."""

    def enrolled(self, person_id: str) -> bool:
        """Whether the person has set it up."""


AUTHENTICATORS: tuple[Authenticator, ...] = (password, totp)

__all__ = ["AUTHENTICATORS", "Authenticator", "password", "totp"]
