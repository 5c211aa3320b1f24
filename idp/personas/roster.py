"""The cast, read from the package's own file."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from idp.organizations.organization import Role
from idp.organizations.organization import Status as BodyStatus
from idp.persons import number
from idp.persons.number import IdNumber
from idp.persons.person import Gender, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """One synthetic person and what it is for."""

    slug: str
    name: str
    number: str
    note: str
    note_en: str
    level: Literal[0, 1, 2, 3, 4]
    phone: str | None = None
    former_name: str = ""
    """Registered under this name first, then renamed."""
    replaces: str = ""
    """Registered under this number first, then corrected."""
    replaced_because: str = ""
    also: tuple[str, ...] = ()
    """Further documents."""
    birthdate: date | None = None
    gender: Gender = ""
    service_region: str = ""
    proved_on: date | None = None
    """When the level was reached, if it was not now."""
    status: Status = "active"
    password: bool = True
    totp: bool = False

    def id_number(self) -> IdNumber:
        """The number in force."""
        return number.parse(self.number, demo=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """One synthetic organisation; its representative is a persona's slug."""

    uscc: str
    name: str
    name_en: str
    status: BodyStatus = "active"
    parent_uscc: str = ""
    representative: str = ""
    role: Role = "legal_representative"


def personas() -> tuple[Persona, ...]:
    """Everybody of the cast, in the order of the file."""
    return _read()[0]


def bodies() -> tuple[Body, ...]:
    """Every organisation of the cast; a body stands before its branches."""
    return _read()[1]


def find(slug: str) -> Persona:
    """The persona of a slug; ``KeyError`` for others."""
    return {persona.slug: persona for persona in personas()}[slug]


@cache
def _read() -> tuple[tuple[Persona, ...], tuple[Body, ...]]:
    cast = yaml.safe_load(files(__package__).joinpath("personas.yaml").read_text(encoding="utf-8"))
    return tuple(_persona(entry) for entry in cast["personas"]), tuple(
        Body(**entry) for entry in cast["organizations"]
    )


def _persona(entry: dict[str, Any]) -> Persona:
    dates = {name: date.fromisoformat(entry[name]) for name in ("birthdate", "proved_on") if name in entry}
    return Persona(**(entry | dates | {"also": tuple(entry.get("also", ()))}))
