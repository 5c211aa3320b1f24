"""The one form of a password that is hashed, and how long one may be.

SP 800-63B-4 §3.1.1.2 lets passwords be Unicode and asks for the normalization of stabilized strings
(UAX #15 §12.1). We take NFKC, not NFC: on Chinese keyboards full-width ｐａｓｓ and half-width pass are
the same keys in another input mode, and a masked field does not show which one was on. What that loses, the
difference of look-alike code points, nobody chooses a password by.
"""

import unicodedata

from idp.base.errors import Rejected

#: Code points and bytes; longer ones are refused before anything is computed of them (ASVS 5.0 §6.2.9).
LONGEST = 256
LONGEST_BYTES = 1024


def normal(password: str) -> str:
    """The form that is hashed."""
    return unicodedata.normalize("NFKC", password)


def too_long(password: str) -> bool:
    """Whether a password is refused unread; ``surrogatepass`` because a form may hold anything."""
    return len(password) > LONGEST or len(password.encode("utf-8", "surrogatepass")) > LONGEST_BYTES


def check(password: str) -> None:
    """Refuse what has no stable form: unassigned, private and control characters, halves of pairs."""
    if too_long(password):
        raise Rejected("password.long", "The password is too long")
    if any(unicodedata.category(character) in ("Cn", "Cs", "Co", "Cc") for character in password):
        raise Rejected("password.characters", "The password holds a character that cannot be kept")
