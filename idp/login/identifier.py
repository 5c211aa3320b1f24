"""The one box of the login page: an ID number, a mobile number or a credit code, told apart by form.

The kind is part of what is looked up, so that a text valid as two things never logs in as the other: what
reads as an ID number is one, and nothing else is tried.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

import orjson

from idp import keyring, persons
from idp.base.errors import Rejected
from idp.base.pii import mask_phone
from idp.organizations import code
from idp.persons import Person, number, phone

Kind = Literal["number", "phone", "organization"]

_PHONE = re.compile(r"(?:\+?86)?1[3-9][0-9]{9}|\+[1-9][0-9]{6,14}")
_DIGITS = re.compile(r"[0-9]{17}[0-9X]")
_CREDIT_CODE = re.compile(r"[0-9A-Z]{18}")
_REFUSALS = {"id_number.format": "ID-001", "id_number.check": "ID-002", "id_number.date": "ID-003"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was typed: its kind, the document type of a number, the clean value and how a page shows it."""

    kind: Kind
    id_type: str = ""
    value: str = field(repr=False)
    shown: str

    @property
    def name(self) -> str:
        """Kind, type and value: what failures are counted by, behind a keyed digest."""
        return f"{self.kind}|{self.id_type}|{self.value}"

    def seal(self) -> str:
        """The sealed form for the attempt's record."""
        return keyring.seal_token(orjson.dumps([self.kind, self.id_type, self.value, self.shown]))


def unseal(box: str) -> Typed | None:
    """The identifier of a sealed form; ``None`` when there is none, or its key is gone."""
    plain = keyring.open_token(box) if box else None
    if plain is None:
        return None
    kind, id_type, value, shown = orjson.loads(plain)
    return Typed(kind=kind, id_type=id_type, value=value, shown=shown)


def recognise(text: str) -> Typed:
    """Tell the kind of a typed text; raises ``Rejected`` with the code of the message to show."""
    try:
        clean = number.normalise(text)
    except Rejected as refusal:
        raise Rejected("ID-001", why="too long") from refusal
    if _PHONE.fullmatch(clean):
        return _phone(clean)
    if _CREDIT_CODE.fullmatch(clean) and not _DIGITS.fullmatch(clean):
        return _organization(clean)
    try:
        found = number.parse(clean)
    except Rejected as refusal:
        # A credit code of digits alone has the form of an ID number; its own check tells it apart.
        if _DIGITS.fullmatch(clean) and _is_credit_code(clean):
            return _organization(clean)
        raise Rejected(_REFUSALS.get(refusal.code, "ID-001"), why=refusal.code) from refusal
    return Typed(kind="number", id_type=found.id_type, value=found.value, shown=found.masked)


def find(typed: Typed) -> Person | None:
    """The person of an identifier, looked up by its own kind only."""
    if typed.kind == "phone":
        return persons.find_by_phone(typed.value)
    if typed.kind == "number":
        return persons.find_by_identifier(typed.id_type, typed.value)
    return None


def _phone(clean: str) -> Typed:
    try:
        value = phone.parse(clean)
    except Rejected as refusal:
        raise Rejected("ID-001", why=refusal.code) from refusal
    return Typed(kind="phone", value=value, shown=mask_phone(value))


def _organization(clean: str) -> Typed:
    try:
        found = code.parse(clean)
    except Rejected as refusal:
        raise Rejected("ID-006", why=refusal.code) from refusal
    return Typed(kind="organization", value=found.value, shown=found.value)


def _is_credit_code(clean: str) -> bool:
    try:
        code.parse(clean)
    except Rejected:
        return False
    return True
