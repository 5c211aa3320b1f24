"""What a document number is once read, and how text is cleaned before any check."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from idp.base import spelling
from idp.base.errors import Rejected
from idp.base.pii import mask_id_number

Kind = Literal[
    "citizen",
    "hmt_permit",
    "permanent_resident",
    "passport",
    "travel_permit_hm",
    "travel_permit_tw",
    "military",
    "other",
]

#: Longer input is refused unread; the longest real value is an issuer and a number of 40 characters each.
LONGEST = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class IdNumber:
    """A number that passed every rule of its document; it prints as its mask."""

    kind: Kind
    id_type: str
    """Holder type of GB/T 36903-2018: 111, 114, 414, 511, 516, 553 or 999."""
    value: str = field(repr=False)
    """The one spelling that is indexed; documents that need an issuer carry it in front: ``UTO/P1234567``."""
    masked: str
    birth: date | None = field(default=None, repr=False)
    sex: Literal["M", "F"] | None = field(default=None, repr=False)
    nationality: str = ""
    """ISO 3166-1 alpha-3 where the number says it."""
    hmt: Literal["", "HK", "MO", "TW"] = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What the same digits may depend on."""

    today: date
    demo: bool
    archive: bool


def normalise(text: str) -> str:
    """The one spelling of a number, before any check."""
    if len(text) > LONGEST:
        raise refused("format", why="too long")
    return spelling.canonical(text)


def mask(value: str) -> str:
    """The mask of a value; an issuer in front of it is neither shown nor counted."""
    return mask_id_number(value.rpartition("/")[2])


def refused(reason: Literal["format", "check", "date"], *, why: str) -> Rejected:
    """A refusal with one of the three codes people can act on; the number itself is never repeated."""
    hints = {
        "format": "the document number has not the form of its kind",
        "check": "the check character of the document number does not match",
        "date": "the birth date in the document number cannot be",
    }
    return Rejected(f"id_number.{reason}", hints[reason], why=why)
