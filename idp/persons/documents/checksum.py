"""Check characters of person documents."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHARACTERS = "10X98765432"


def mod_11_2(digits: str) -> str:
    """The check character of 17 digits (GB 11643-1999 §4.2.4; ISO/IEC 7064 MOD 11-2)."""
    return _CHARACTERS[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11]


def mod_10_731(text: str) -> str:
    """The check digit of letters and digits weighted 7, 3, 1 (ICAO Doc 9303-3 §4.9; A = 10 … Z = 35)."""
    return str(sum(int(character, 36) * (7, 3, 1)[i % 3] for i, character in enumerate(text)) % 10)
