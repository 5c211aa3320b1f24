"""One spelling for what people type: numbers and codes as they come from phones, papers and clipboards."""

import unicodedata

_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00ad"
_ZERO_WIDTH = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_DROPPED = dict.fromkeys(map(ord, _HYPHENS + _ZERO_WIDTH))
_ASCII_UPPER = {ord(letter): ord(letter.upper()) for letter in "abcdefghijklmnopqrstuvwxyz"}


def canonical(text: str) -> str:
    """NFKC (UAX #15), then no spaces, hyphens or zero-width characters, then upper case, in this order.

    Full-width digits and the Roman ten U+2169 become ASCII; a Cyrillic letter stays one. Only ``a`` to
    ``z`` are raised: ``str.upper`` would turn a dotless ``ı`` into an ``I``.
    """
    compatible = unicodedata.normalize("NFKC", text).translate(_DROPPED)
    return "".join(compatible.split()).translate(_ASCII_UPPER)
