"""What a portal, or a page of our own, asks of a login."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from idp import keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """The demands of one request (OIDC Core §3.1.2.1), and which of them its own login has met.

    ``logged_in`` and ``chosen`` hold the id of the session in which that happened: what one session did
    satisfies no other, should the person change in another tab.
    """

    level: int = 1
    legal_level: int = 1
    """The level at which a company may be acted for."""
    max_age: int | None = None
    fresh: bool = False
    choose: bool = False
    login_hint: str = ""
    person_id: str | None = None
    subject_types: tuple[str, ...] = ("natural",)
    client_id: str | None = None
    logged_in: str = ""
    chosen: str = ""
    organization: str | None = None

    @property
    def must_be_fresh(self) -> bool:
        """``max_age=0`` asks for the same as ``prompt=login`` (OIDC Core §3.1.2.1, errata 2)."""
        return self.fresh or self.max_age == 0

    def unmet(self) -> Self:
        """The demands alone, for a login that starts again."""
        return replace(self, logged_in="", chosen="", organization=None)

    def as_json(self) -> dict[str, Any]:
        """The record form; the hint is sealed, for portals may send a person's number in it."""
        return asdict(self) | {"login_hint": keyring.seal_token(self.login_hint.encode())}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """The requirement of a record; unknown names are left out."""
        known = {field.name for field in fields(cls)}
        values = {name: value for name, value in record.items() if name in known}
        values["subject_types"] = tuple(values.get("subject_types", ("natural",)))
        values["login_hint"] = (keyring.open_token(values.get("login_hint", "")) or b"").decode()
        return cls(**values)
