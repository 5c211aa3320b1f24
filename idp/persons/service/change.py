"""The shape of every verb that changes a person: lock, raise the version, record, forget."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from idp.base.errors import Rejected
from idp.persons import cache
from idp.persons.models import PersonRow
from idp.persons.person import Status
from idp.store.db import transaction

P = ParamSpec("P")
T = TypeVar("T")

#: Who may still be changed; the record of the dead is closed.
_ALIVE: Final[tuple[Status, ...]] = ("active", "frozen")


def lasting(work: Callable[Concatenate[Session, str, P], T]) -> Callable[Concatenate[str, P], T]:
    """Run ``work`` in a transaction and forget the person afterwards.

    Forgotten even when it failed: a commit whose answer was lost may have happened.
    """
    run = transaction(work)

    @wraps(work)
    def change(person_id: str, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return run(person_id, *args, **kwargs)
        finally:
            cache.drop(person_id)

    return change


def begin(session: Session, person_id: str, allowed: tuple[Status, ...] = _ALIVE) -> PersonRow:
    """The row of a person about to change, locked, its version already raised; refused in other states.

    The UPDATE comes before the read: it is the lock that SQLite has too, so two changes cannot both start
    from the same state.
    """
    session.execute(
        update(PersonRow)
        .where(PersonRow.id == person_id, PersonRow.status.in_(allowed))
        .values(profile_version=PersonRow.profile_version + 1)
    )
    person: PersonRow | None = session.get(PersonRow, person_id)
    if person is None:
        raise Rejected("person.unknown", "no such person", status=404)
    if person.status not in allowed:
        raise Rejected(
            "person.status", "the state of the account does not allow this", why=person.status, status=409
        )
    return person
