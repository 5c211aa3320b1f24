"""What a synthetic person logs in with: random, made for one server, shown once, kept by nobody."""

import secrets
from dataclasses import dataclass

from idp.base.secret import Secret

_CONSONANTS = "bcdfghjkmnprstwz"
_VOWELS = "aeiou"
_SYLLABLES, _PARTS = 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """One persona's way in; ``totp`` is the base32 secret of a generator, if one was set up."""

    slug: str
    name: str
    login: str
    """The ID number, as somebody would type it."""
    password: Secret
    totp: Secret | None


def password() -> Secret:
    """A password that can be read aloud: ``bodake-...``, 12 syllables of 80, 75 bits."""
    parts = ("".join(_syllable() for _ in range(_SYLLABLES)) for _ in range(_PARTS))
    return Secret("-".join(parts))


def _syllable() -> str:
    return secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS)
