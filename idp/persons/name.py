"""Names of people: what may be written, and when two spellings are one name."""

import re
import unicodedata

from idp.base.errors import Rejected

LONGEST = 50

#: The dot between the parts of a translated name, U+00B7, and the dots keyboards give instead.
DOT = "\u00b7"
_DOTS = dict.fromkeys(map(ord, "\u2022\u30fb\uff0e\u2027\uff65\u2219\u22c5\u0387"), DOT)

#: By range, not by ``unicodedata.category``: Python's tables are older than the newest extensions.
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_LATIN = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"
_PART = f"[{_HAN}{_LATIN}]+"
_NAME = re.compile(rf"{_PART}(?:[{DOT} '\u2019-]{_PART})*")


def parse(text: str) -> str:
    """The registry form of a name: 1 to 50 code points that GB 18030-2022 can write; else ``name.format``.

    Kept as written but for the spaces around it: the register decides about dots and letter case.
    """
    written = text.strip()
    if not 1 <= len(written) <= LONGEST:
        raise Rejected("name.format", "a name has 1 to 50 characters", why="length")
    if not _NAME.fullmatch(unicodedata.normalize("NFC", written).translate(_DOTS)):
        raise Rejected("name.format", "the name holds a character that names do not have", why="character")
    return written


def comparable(text: str) -> str:
    """What is equal for two spellings of one name: NFC, one dot, single spaces, no letter case."""
    composed = unicodedata.normalize("NFC", text).translate(_DOTS)
    return " ".join(composed.split()).casefold()


def same(left: str, right: str) -> bool:
    """Whether two spellings are one name (trap: U+00B7 against U+2022)."""
    return comparable(left) == comparable(right)
