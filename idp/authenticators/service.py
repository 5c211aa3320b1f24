"""Lasting changes of what persons prove themselves with: each in one transaction with its audit record.

The functions receive the database session first; callers leave it out (``store.db.transaction``).
``operator`` names who acts when it is not the person.
"""

from typing import Any, cast

from sqlalchemy import CursorResult, Executable, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from idp import audit
from idp.authenticators.models import PasswordRow, TotpRow
from idp.base import clock
from idp.base.errors import Rejected
from idp.store.db import Base, transaction


@transaction
def set_password(session: Session, person_id: str, hashed: str, *, operator: str | None) -> None:
    """Keep the hash of a new password."""
    values = {"hash": hashed, "set_at": clock.now()}
    new = _insert(session, PasswordRow).values(person_id=person_id, **values)
    session.execute(new.on_conflict_do_update(index_elements=["person_id"], set_=values))
    audit.record_in(session, "password.set", person=person_id, operator=operator)


@transaction
def rehash_password(session: Session, person_id: str, old: str, new: str) -> None:
    """Replace a hash by a stronger one of the same password, unless the password was changed meanwhile."""
    session.execute(
        update(PasswordRow)
        .where(PasswordRow.person_id == person_id, PasswordRow.hash == old)
        .values(hash=new)
    )


@transaction
def add_generator(session: Session, person_id: str, seed: bytes, step: int, *, operator: str | None) -> None:
    """Keep a proved generator; the code it was proved with is spent. One a person: remove it first."""
    new = _insert(session, TotpRow).values(
        person_id=person_id, seed=seed, last_step=step, enrolled_at=clock.now()
    )
    if session.execute(new.on_conflict_do_nothing().returning(TotpRow.person_id)).first() is None:
        raise Rejected("totp.enrolled", "A one-time-code generator is already set up")
    audit.record_in(session, "mfa.enrol", person=person_id, method="otp", operator=operator)


@transaction
def spend_step(session: Session, person_id: str, step: int) -> bool:
    """Take one time step; of two that come with the same code, one takes it (RFC 6238 §5.2).

    One conditional UPDATE is the gate. It lives in SQL, so a flushed Redis gives no code a second life.
    """
    unspent = update(TotpRow).where(TotpRow.person_id == person_id, TotpRow.last_step < step)
    return _rows(session, unspent.values(last_step=step)) == 1


@transaction
def remove_generator(session: Session, person_id: str, *, operator: str | None) -> bool:
    """Forget a generator; tells whether there was one."""
    removed = _rows(session, delete(TotpRow).where(TotpRow.person_id == person_id)) == 1
    if removed:
        audit.record_in(session, "mfa.remove", person=person_id, method="otp", operator=operator)
    return removed


def _insert(session: Session, model: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say what to do when another process was first."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(model)
    return sqlite.insert(model)


def _rows(session: Session, statement: Executable) -> int:
    """How many rows a statement changed."""
    return cast(CursorResult[Any], session.execute(statement)).rowcount
