"""Passports and mainland travel permits: documents whose numbers carry no birth date and no check."""

import re
from typing import Literal

from idp.persons.documents.id_number import Circumstances, IdNumber, mask, refused

#: Always with the issuing state (ISO 3166-1 alpha-3, ICAO Doc 9303-3 §5): two states may use one number.
PASSPORT = re.compile(r"[A-Z]{3}/[A-Z0-9]{5,15}")
HONG_KONG_MACAO = re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?")
TAIWAN = re.compile(r"[0-9]{8}|[0-9]{10}[A-Z]")

#: Every passport booklet of the PRC has nine characters; the ordinary ones begin with E or G.
_CHINESE = re.compile(r"[A-Z][0-9]{8}|[A-Z]{2}[0-9]{7}")
_CHINESE_ORDINARY = re.compile(r"[EG][0-9]{8}|E[A-Z][0-9]{7}")

#: Utopia, the state of ICAO's specimens: its passports are synthetic.
_SPECIMEN = "UTO"


def read_passport(text: str, now: Circumstances) -> IdNumber:
    """Read an ordinary passport 普通护照, ``UTO/P1234567``."""
    issuer, _, number = text.partition("/")
    if issuer == _SPECIMEN and not now.demo:
        raise refused("format", why="specimen passport")
    warnings: tuple[str, ...] = ()
    if issuer == "CHN":
        if not _CHINESE.fullmatch(number):
            raise refused("format", why="not the form of a Chinese passport")
        warnings = () if _CHINESE_ORDINARY.fullmatch(number) else ("passport.not_ordinary",)
    return IdNumber(
        kind="passport", id_type="414", value=text, masked=mask(text), nationality=issuer, warnings=warnings
    )


def read_hong_kong_macao(text: str, now: Circumstances) -> IdNumber:
    """Read a 港澳居民来往内地通行证; a count of re-issues behind the number is not part of the identity."""
    region: Literal["HK", "MO"] = "HK" if text[0] == "H" else "MO"
    return IdNumber(
        kind="travel_permit_hm",
        id_type="516",
        value=text[:9],
        masked=mask(text[:9]),
        nationality="CHN",
        hmt=region,
        warnings=("reissue.dropped",) if len(text) > 9 else (),
    )


def read_taiwan(text: str, now: Circumstances) -> IdNumber:
    """Read a 台湾居民来往大陆通行证: 8 digits, or 10 and a letter on the old booklet."""
    return IdNumber(
        kind="travel_permit_tw", id_type="511", value=text, masked=mask(text), nationality="CHN", hmt="TW"
    )
