"""The code a person reads on a device and types on a phone (RFC 8628 §6.1).

Twenty consonants: no vowel, so that no word appears, and no letter that looks like a digit. Eight of them
are 34.5 bits: with ten thousand codes alive, the ten wrong tries that the throttle bears find one with a
chance of four in a million (§5.1), and who finds one could only log that device in as himself.
"""

import hashlib
import hmac
import re
import secrets

from idp import keyring
from idp.base.secret import b64url
from idp.base.spelling import canonical

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH = 8
_HALF = LENGTH // 2
_FORM = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
#: What is typed by hand is never longer, spaces and dashes included.
_LONGEST = 64


def new() -> str:
    """A fresh code as it is shown: ``WDJB-MJHT``."""
    return shown("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def shown(plain: str) -> str:
    """The halves parted by a dash, for eyes."""
    return f"{plain[:_HALF]}-{plain[_HALF:]}"


def read(text: str) -> str | None:
    """The code a typed text means, as it is shown; ``None`` when it cannot be one.

    Case, dashes, spaces and full-width letters do not matter (attack book G02); a Cyrillic twin stays one.
    """
    plain = canonical(text) if len(text) <= _LONGEST else ""
    return shown(plain) if _FORM.fullmatch(plain) else None


def tag(code: str) -> str:
    """What stands for a code in Redis: keyed, for 34 bits are quickly searched in a dump."""
    return b64url(hmac.digest(keyring.derive("user code"), code.encode(), hashlib.sha256))
