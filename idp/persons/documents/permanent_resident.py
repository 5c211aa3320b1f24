"""Foreign permanent resident ID card 外国人永久居留身份证: 18 characters since 2023-12-01, 15 before."""

import re
from contextlib import suppress

from idp.base.errors import Rejected
from idp.persons.documents import birth, checksum, citizen
from idp.persons.documents.id_number import Circumstances, IdNumber, mask, refused

PATTERN = re.compile(r"9[0-9]{16}[0-9X]")
OLD_PATTERN = re.compile(r"[A-Z]{3}[0-9]{12}")


def read(text: str, now: Circumstances) -> IdNumber:
    """Read ``9``, province of acceptance, country (ISO 3166-1 numeric), birth date, sequence and check."""
    citizen.permit_demo(text[1], now)
    if checksum.mod_11_2(text[:17]) != text[17]:
        raise refused("check", why="check character")
    return IdNumber(
        kind="permanent_resident",
        id_type="553",
        value=text,
        masked=mask(text),
        birth=birth.read(text[6:10], text[10:14], now),
        warnings=() if citizen.known(text[1:3]) else ("region.unknown",),
    )


def read_old(text: str, now: Circumstances) -> IdNumber:
    """Read country (alpha-3), region, YYMMDD, sequence and check.

    The number does not tell the century, so it gives no birth date; its check rule is known from samples
    only, so a mismatch is a warning.
    """
    citizen.permit_demo(text[3], now)
    _some_century_has(text[7:13], now)
    warnings = () if citizen.known(text[3:5]) else ("region.unknown",)
    if checksum.mod_10_731(text[:14]) != text[14]:
        warnings = (*warnings, "check.mismatch")
    return IdNumber(
        kind="permanent_resident",
        id_type="553",
        value=text,
        masked=mask(text),
        nationality=text[:3],
        warnings=warnings,
    )


def _some_century_has(year_month_day: str, now: Circumstances) -> None:
    """Refuse a YYMMDD that is a date neither of this century nor of the last."""
    this_century = now.today.year // 100
    for century in (this_century, this_century - 1):
        with suppress(Rejected):
            birth.read(f"{century}{year_month_day[:2]}", year_month_day[2:], now)
            return
    raise refused("date", why="in the calendar of no century")
