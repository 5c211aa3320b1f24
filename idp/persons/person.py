"""A person as the rest of the server sees one: a frozen snapshot that prints no personal data."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from idp.base import pii

Status = Literal["active", "frozen", "deceased", "closed"]
Gender = Literal["", "male", "female"]

#: Seconds after which a real-name level must be proved again; a level missing here does not expire.
LEVEL_LIFETIMES: Final[dict[int, int]] = {2: 2 * 365 * 86400, 3: 5 * 365 * 86400, 4: 10 * 365 * 86400}
HIGHEST_LEVEL = 4
#: From this level on somebody has proven who the person is.
PROVEN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One natural person; ``id`` is ours, random, and never leaves the server."""

    id: str
    status: Status
    name: str = field(repr=False)
    ial: int
    """The best real-name level that has not expired, 0 to 4."""
    id_type: str
    id_number_masked: str
    birthdate: date | None = field(repr=False)
    gender: Gender = field(repr=False)
    """As OIDC Core §5.1 writes it; empty when no register told."""
    nationality: str
    hmt: str
    """HK, MO or TW for residents of those regions, else empty."""
    phone: str | None = field(repr=False)
    """E.164, or ``None``."""
    service_region: str
    profile_version: int
    created_at: int

    @property
    def name_masked(self) -> str:
        """The name as every page may show it."""
        return pii.mask_name(self.name)

    @property
    def phone_masked(self) -> str:
        """The phone as every page may show it; empty without one."""
        return pii.mask_phone(self.phone) if self.phone else ""

    @property
    def active(self) -> bool:
        """Whether this person may log in and be issued anything."""
        return self.status == "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """One document of a person, now or once; ``replaced_by`` names the row that took its place."""

    id: str
    id_type: str
    kind: str
    masked: str
    valid_from: int
    valid_to: int | None
    reason: str
    replaced_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One step by which a person became known."""

    level: int
    method: str
    source: str
    obtained_at: int
    expires_at: int | None
    actor: str
