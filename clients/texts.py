"""Which texts may be shown to citizens as a portal's own (attack book K12, L08)."""

import re
import unicodedata

_NAME = re.compile(
    r"[A-Za-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
    r"\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002a6df\U0002a700-\U0002ee5d\U00030000-\U000323af"
    r" \u00b7\u2014\u2018\u2019\u201c\u201d\u3001\u300a\u300b\uff08\uff09\uff0c&'(),./-]+"
)
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})


def name(text: str) -> str:
    """A name: Han and Latin letters, digits and plain punctuation only; raises ``ValueError``.

    Everything that hides, turns round or imitates other letters falls outside that list: bidi marks,
    zero-width characters, Cyrillic and Greek twins, compatibility forms, HTML.
    """
    if not _NAME.fullmatch(text):
        raise ValueError("may have Han and Latin letters, digits and plain punctuation only")
    return _tidy(text)


def prose(text: str) -> str:
    """A sentence in any script, without invisible characters or mark-up; raises ``ValueError``."""
    unseen = any(unicodedata.category(character) in _UNSEEN for character in text if character != " ")
    if unseen or _BLANK.search(text) or "<" in text or ">" in text:
        raise ValueError("must not have mark-up, control characters or invisible characters")
    return _tidy(text)


def _tidy(text: str) -> str:
    if text.startswith(("=", "+", "-", "@")):
        raise ValueError("must not begin like a formula: lists of clients are opened in spreadsheets")
    if text != text.strip() or "  " in text or unicodedata.normalize("NFC", text) != text:
        raise ValueError("must be in Unicode form NFC, without spaces at its ends or doubled")
    return text
