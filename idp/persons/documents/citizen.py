"""Citizen ID number 公民身份号码, 18 characters (GB 11643-1999) and 15 of the first generation."""

import re

from idp.persons.documents import birth, checksum
from idp.persons.documents.id_number import Circumstances, IdNumber, mask, refused

PATTERN = re.compile(r"[0-8][0-9]{16}[0-9X]")
FIRST_GENERATION = re.compile(r"[0-8][0-9]{14}")

#: Two-digit province codes of GB/T 2260. Codes below them are abolished every year: unknown is no fault.
PROVINCES = frozenset(
    str(code)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 66))
    for code in range(first, last + 1)
)

#: Sequence numbers once kept for people born before 1900.
_BORN_BEFORE_1900 = frozenset({"996", "997", "998", "999"})


def read(text: str, now: Circumstances) -> IdNumber:
    """Read a number of 18 characters."""
    permit_demo(text[:1], now)
    return numbered(text, now, warnings=() if known(text[:2]) else ("region.unknown",))


def read_first_generation(text: str, now: Circumstances) -> IdNumber:
    """Read a 15-digit number and give the 18 characters it became; cards with it ended in 2013."""
    if not now.archive:
        raise refused("format", why="15 digits outside the archive import")
    century = "18" if text[12:] in _BORN_BEFORE_1900 else "19"
    digits = text[:6] + century + text[6:]
    number = read(digits + checksum.mod_11_2(digits), now)
    return IdNumber(
        kind="citizen",
        id_type="111",
        value=number.value,
        masked=number.masked,
        birth=number.birth,
        sex=number.sex,
        nationality="CHN",
        warnings=(*number.warnings, "generation.first"),
    )


def numbered(text: str, now: Circumstances, *, warnings: tuple[str, ...]) -> IdNumber:
    """Judge the date, sequence and check character that citizens and residence permits share."""
    if checksum.mod_11_2(text[:17]) != text[17]:
        raise refused("check", why="check character")
    if text[14:17] == "000":
        warnings = (*warnings, "sequence.zero")
    return IdNumber(
        kind="citizen",
        id_type="111",
        value=text,
        masked=mask(text),
        birth=birth.read(text[6:10], text[10:14], now),
        sex="M" if int(text[16]) % 2 else "F",
        nationality="CHN",
        warnings=warnings,
    )


def permit_demo(first_digit: str, now: Circumstances) -> None:
    """Refuse the synthetic regions, which begin with 0, where they are not switched on."""
    if first_digit == "0" and not now.demo:
        raise refused("format", why="synthetic region")


def known(province: str) -> bool:
    """Whether a two-digit code is a province, or one of the synthetic ones."""
    return province in PROVINCES or province in ("01", "02")
