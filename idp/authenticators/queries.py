"""Reads of what persons prove themselves with: one statement each."""

from dataclasses import dataclass, field

from sqlalchemy import select

from idp.authenticators.models import PasswordRow, TotpRow
from idp.store import db


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """A person's one-time-code generator."""

    seed: bytes = field(repr=False)
    last_step: int


def password_hash(person_id: str) -> str | None:
    """The hash of a person's password."""
    row = db.fetch_one(select(PasswordRow.hash).where(PasswordRow.person_id == person_id))
    return str(row.hash) if row else None


def generator(person_id: str) -> Generator | None:
    """The generator of a person."""
    row = db.fetch_one(select(TotpRow.seed, TotpRow.last_step).where(TotpRow.person_id == person_id))
    return Generator(seed=row.seed, last_step=row.last_step) if row else None
