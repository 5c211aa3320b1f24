"""The state of an account, its name, its phone and its real-name level.

``operator`` names who acts when it is not the person; ``source`` names the register that says so.
The verbs that stop an account do only that: ``idp.logout.people`` stops it and ends what it holds. What it
has to write together with the new state it passes as ``also``.
"""

from collections.abc import Callable
from uuid import uuid4

from sqlalchemy import insert, or_, update
from sqlalchemy.orm import Session

from idp import audit
from idp.base import clock, pii
from idp.base.errors import Rejected
from idp.divisions.division import demand_rank
from idp.persons import index, name, phone, sealing
from idp.persons.models import LevelRow
from idp.persons.person import HIGHEST_LEVEL, LEVEL_LIFETIMES, PROVEN
from idp.persons.service.change import begin, lasting
from idp.persons.service.identifiers import end_identifiers

Also = Callable[[Session], None]


def _nothing(_session: Session) -> None:
    """Nothing else belongs to the change."""


@lasting
def freeze(
    session: Session,
    person_id: str,
    *,
    cause: str,
    operator: str | None = None,
    source: str | None = None,
    rank: int = 0,
    also: Also = _nothing,
) -> None:
    """Stop an account until it is unfrozen; ``rank`` is that of the operator (``Reach.rank``)."""
    row = begin(session, person_id, allowed=("active",))
    row.status, row.stopped_rank = "frozen", rank
    audit.record_in(session, "person.freeze", person=person_id, cause=cause, operator=operator, source=source)
    also(session)


@lasting
def unfreeze(
    session: Session,
    person_id: str,
    *,
    cause: str,
    operator: str | None = None,
    source: str | None = None,
    rank: int,
) -> None:
    """Let a frozen account work again; raises ``stopped.above`` when one of a higher rank froze it."""
    row = begin(session, person_id, allowed=("frozen",))
    demand_rank(rank, row.stopped_rank)
    row.status, row.stopped_rank = "active", None
    audit.record_in(
        session, "person.unfreeze", person=person_id, cause=cause, operator=operator, source=source
    )


@lasting
def record_death(
    session: Session,
    person_id: str,
    *,
    operator: str | None = None,
    source: str | None = None,
    also: Also = _nothing,
) -> None:
    """Lock the account of somebody who died and free the phone; nobody can register the number again."""
    begin(session, person_id).status = "deceased"
    index.leave_phone(session, person_id)
    audit.record_in(session, "person.death", person=person_id, operator=operator, source=source)
    also(session)


@lasting
def close(
    session: Session,
    person_id: str,
    *,
    cause: str,
    operator: str | None = None,
    source: str | None = None,
    also: Also = _nothing,
) -> None:
    """Close an account for good, and free its numbers and its phone.

    Who registers again is a new person with new subjects, to whom nothing of the old one belongs (attack
    book J16). A frozen account cannot be closed: registering again would escape the freeze.
    """
    person = begin(session, person_id, allowed=("active",))
    person.status, person.phone = "closed", None
    end_identifiers(session, person_id, reason="account closed")
    index.leave_phone(session, person_id)
    audit.record_in(session, "person.close", person=person_id, cause=cause, operator=operator, source=source)
    also(session)


@lasting
def set_phone(
    session: Session,
    person_id: str,
    phone_number: str | None,
    *,
    operator: str | None = None,
    source: str | None = None,
) -> None:
    """Set the login phone of a person, or take it away with ``None``."""
    person = begin(session, person_id)
    index.leave_phone(session, person_id)
    hmt = sealing.unseal_details(person.details, person_id).hmt
    person.phone = take_phone(session, person_id, phone_number, hmt) if phone_number else None
    audit.record_in(
        session,
        "person.phone",
        person=person_id,
        action="replaced" if phone_number else "removed",
        operator=operator,
        phone=pii.mask_phone(phone.parse(phone_number)) if phone_number else None,
        source=source,
    )


@lasting
def set_level(
    session: Session,
    person_id: str,
    level: int,
    *,
    method: str,
    source: str,
    obtained_at: int | None = None,
    expires_at: int | None = None,
    operator: str | None = None,
) -> None:
    """Record a step of real-name proofing; it ends as its level does, or earlier with its evidence."""
    if not 0 <= level <= HIGHEST_LEVEL:
        raise ValueError(f"real-name level {level}")
    begin(session, person_id)
    obtained = clock.now() if obtained_at is None else obtained_at
    ends = [expires_at] if expires_at is not None else []
    if level in LEVEL_LIFETIMES:
        ends.append(obtained + LEVEL_LIFETIMES[level])
    session.execute(
        insert(LevelRow).values(
            person_id=person_id,
            id=str(uuid4()),
            level=level,
            method=method,
            source=source,
            obtained_at=obtained,
            expires_at=min(ends, default=None),
            actor=operator or "self",
        )
    )
    audit.record_in(
        session, "person.level", person=person_id, cause=method, level=level, operator=operator, source=source
    )


@lasting
def lapse_levels(
    session: Session,
    person_id: str,
    *,
    cause: str,
    operator: str | None = None,
    source: str | None = None,
    also: Also = _nothing,
) -> int:
    """End every real-name level that was proven, so that the person has to prove it anew; how many."""
    begin(session, person_id)
    in_force = (
        update(LevelRow)
        .where(
            LevelRow.person_id == person_id,
            LevelRow.level >= PROVEN,
            or_(LevelRow.expires_at.is_(None), LevelRow.expires_at > clock.now()),
        )
        .values(expires_at=clock.now())
        .returning(LevelRow.level)
    )
    ended = session.execute(in_force).scalars().all()
    audit.record_in(
        session, "person.level", person=person_id, cause=cause, level=PROVEN - 1, operator=operator,
        previous=max(ended, default=None), source=source,
    )  # fmt: skip
    also(session)
    return len(ended)


@lasting
def rename(
    session: Session,
    person_id: str,
    full_name: str,
    *,
    operator: str | None = None,
    source: str | None = None,
) -> None:
    """Set the name the register has now."""
    person = begin(session, person_id)
    person.name = sealing.seal(name.parse(full_name), person_id, "name")
    audit.record_in(
        session,
        "person.rename",
        person=person_id,
        operator=operator,
        source=source,
        version=person.profile_version,
    )


def take_phone(session: Session, person_id: str, phone_number: str, hmt: str) -> bytes:
    """Make a phone the person's, and give it sealed."""
    callable_at = phone.parse(phone_number)
    if not (phone.mainland(callable_at) or hmt):
        raise Rejected("phone.region", "numbers of this region are for its permit holders", why="no permit")
    index.enter_phone(session, person_id, callable_at)
    return sealing.seal(callable_at, person_id, "phone")
