"""Unified social credit code 统一社会信用代码 (GB 32100-2015) and the codes that came before it."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from idp import settings
from idp.base import spelling
from idp.base.errors import Rejected
from idp.organizations import checksum

CodeType = Literal["credit_code", "organization_code", "registration_number"]

_CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_ORGANIZATION_CODE = re.compile(r"[0-9A-Z]{8}[0-9X]")
_REGISTRATION_NUMBER = re.compile(r"[0-9]{15}")

_LONGEST = 64

#: Registering authority, first place. Information, not a reason to refuse.
_AUTHORITIES = frozenset("123456789ANY")

#: First two places → what kind of body it is; anything else is "other".
_KINDS: Final[dict[str, str]] = {
    "11": "government",
    "12": "public_institution",
    "13": "mass_organization",
    "51": "social_organization",
    "52": "social_organization",
    "53": "social_organization",
    "54": "village_committee",
    "55": "residents_committee",
    "91": "enterprise",
    "92": "individual_business",
    "93": "cooperative",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditCode:
    """A code that passed; ``organization_code`` is the older code inside it."""

    value: str
    kind: str
    region: str
    """Six digits of the authority that registered it, not of the seat."""
    organization_code: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OlderCode:
    """A code of the time before 2015, for imports and look-up of old papers."""

    type: CodeType
    value: str

    @property
    def shown(self) -> str:
        """As it is printed: the check of an organisation code stands behind a hyphen."""
        return f"{self.value[:-1]}-{self.value[-1]}" if self.type == "organization_code" else self.value


def normalise(text: str) -> str:
    """The one spelling of a code, before any check."""
    if len(text) > _LONGEST:
        raise _refused("format", why="too long")
    return spelling.canonical(text)


def parse(text: str, *, demo: bool | None = None, confirmed: bool = False) -> CreditCode:
    """Clean and judge a credit code; raises ``Rejected`` with ``credit_code.format`` or ``.check``.

    ``confirmed``: the legal-person base holds this very code, so a wrong check is a warning (codes were
    issued with one); never for what somebody typed.
    """
    clean = normalise(text)
    if not _CREDIT_CODE.fullmatch(clean):
        raise _refused("format", why="form")
    if clean[2] == "0" and not (settings.current().allow_demo_regions if demo is None else demo):
        raise _refused("format", why="synthetic region")
    warnings = []
    if checksum.credit_code(clean[:17]) != clean[17]:
        if not confirmed:
            raise _refused("check", why="check character")
        warnings.append("check.mismatch")
    if not _inner_check_matches(clean[8:17]):
        warnings.append("organization_code.mismatch")
    if clean[0] not in _AUTHORITIES:
        warnings.append("authority.unknown")
    return CreditCode(
        value=clean,
        kind=_KINDS.get(clean[:2], "other"),
        region=clean[2:8],
        organization_code=clean[8:17],
        warnings=tuple(warnings),
    )


def type_of(clean: str) -> CodeType | None:
    """Which code a normalised text would be, by its length."""
    lengths: dict[int, CodeType] = {18: "credit_code", 9: "organization_code", 15: "registration_number"}
    return lengths.get(len(clean))


def parse_older(text: str) -> OlderCode:
    """Clean and judge an organisation code (GB 11714) or a 15-digit registration number (GS 15)."""
    clean = normalise(text)
    if _ORGANIZATION_CODE.fullmatch(clean):
        if checksum.organization_code(clean[:8]) != clean[8]:
            raise _refused("check", why="organisation code")
        return OlderCode(type="organization_code", value=clean)
    if _REGISTRATION_NUMBER.fullmatch(clean):
        if checksum.registration_number(clean[:14]) != clean[14]:
            raise _refused("check", why="registration number")
        return OlderCode(type="registration_number", value=clean)
    raise _refused("format", why="form of no code")


def _inner_check_matches(code: str) -> bool:
    return checksum.organization_code(code[:8]) == code[8]


def _refused(reason: Literal["format", "check"], *, why: str) -> Rejected:
    hints = {
        "format": "the code has not the form of its kind",
        "check": "the check character of the code does not match",
    }
    return Rejected(f"credit_code.{reason}", hints[reason], why=why)
