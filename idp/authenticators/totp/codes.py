"""Time steps and codes (RFC 6238 §4, RFC 4226 §5)."""

import re
import unicodedata

import pyotp

from idp.base import clock
from idp.base.secret import Secret, same

#: 32 base32 characters are 160 bits, as long as the HMAC (RFC 4226 §4 R6).
SECRET_CHARACTERS = 32
_DIGITS = 6
_INTERVAL = 30
_WINDOW = (0, -1, 1)


def generator(secret: Secret) -> pyotp.TOTP:
    """The generator of a secret."""
    return pyotp.TOTP(secret.reveal(), digits=_DIGITS, interval=_INTERVAL)


def step_of(secret: Secret, code: str) -> int | None:
    """The time step a code belongs to, if it is this one, the one before or the one after (RFC 6238 §5.2)."""
    typed = plain(code)
    if typed is None:
        return None
    counter, made = clock.now() // _INTERVAL, generator(secret)
    found = None
    for offset in _WINDOW:
        if same(made.generate_otp(counter + offset), typed) and found is None:
            found = counter + offset
    return found


def plain(code: str) -> str | None:
    """Six ASCII digits of what people type; full-width digits (Chinese keyboards) and spaces are let pass."""
    if len(code) > 32:
        return None
    digits = "".join(unicodedata.normalize("NFKC", code).split())
    return digits if re.fullmatch(r"[0-9]{6}", digits) else None
