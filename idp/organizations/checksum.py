"""Check characters of organisation codes."""

#: No I, O, S, V, Z: they are read as 1, 0, 5, U, 2 (GB 32100-2015 §5.2).
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ORGANIZATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def credit_code(first17: str) -> str:
    """The check character of a unified social credit code (GB 32100-2015 annex; ISO/IEC 7064 shape).

    The outer ``% 31`` matters: without it a remainder of 0 points behind the alphabet.
    """
    total = sum(ALPHABET.index(sign) * weight for sign, weight in zip(first17, _CREDIT_WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def organization_code(first8: str) -> str:
    """The check character of an organisation code (GB 11714-1997: MOD 11, A = 10 … Z = 35)."""
    pairs = zip(first8, _ORGANIZATION_WEIGHTS, strict=True)
    remainder = 11 - sum(int(sign, 36) * weight for sign, weight in pairs) % 11
    return {10: "X", 11: "0"}.get(remainder, str(remainder))


def registration_number(first14: str) -> str:
    """The check digit of a business registration number (GS 15-2006; ISO/IEC 7064 MOD 11,10)."""
    product = 10
    for digit in first14:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)
