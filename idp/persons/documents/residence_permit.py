"""Residence permit of Hong Kong, Macao and Taiwan residents 港澳台居民居住证 (since 2018-09-01)."""

import re
from dataclasses import replace
from typing import Final, Literal

from idp.persons.documents import citizen
from idp.persons.documents.id_number import Circumstances, IdNumber

PATTERN = re.compile(r"8[123][0-9]{15}[0-9X]")

_REGIONS: Final[dict[str, Literal["HK", "MO", "TW"]]] = {"81": "HK", "82": "MO", "83": "TW"}


def read(text: str, now: Circumstances) -> IdNumber:
    """Read a permit: the form and check of the citizen number with address code 810000, 820000 or 830000."""
    warnings = () if text[2:6] == "0000" else ("region.unknown",)
    number = citizen.numbered(text, now, warnings=warnings)
    return replace(number, kind="hmt_permit", hmt=_REGIONS[text[:2]])
