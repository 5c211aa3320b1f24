"""Records to break: events that are sealed, and statements behind the recorder's back."""

from typing import Any

from sqlalchemy import select

from idp import audit
from idp.audit import chain, jobs, service
from idp.audit.queries import CHAIN
from idp.store import db


def sealed(count: int, **members: Any) -> None:
    """So many more events with their places."""
    for number in range(count):
        audit.record("login.success", client=f"portal-{number}", **members)
    jobs.ship()
    jobs.seal()


@db.transaction
def waiting(session: service.Session, count: int) -> None:
    """So many more events that wait for their places."""
    for number in range(count):
        audit.record_in(session, "login.success", client=f"portal-{number}")


def tamper(*statements: Any) -> None:
    """What an intruder with the database's password would do."""
    with db.writing_engine().begin() as connection:
        for statement in statements:
            connection.execute(statement)


def event_at(seq: int) -> str:
    """The event of a place."""
    return str(db.fetch_all(select(CHAIN.c.event_id).where(CHAIN.c.seq == seq))[0][0])


def found() -> tuple[str, int | None]:
    """What the verification names first."""
    problem = audit.verify().problem
    assert problem is not None
    return problem.wrong, problem.seq


def without_the_kept_head() -> None:
    """The intruder reaches the disk of the worker, too."""
    chain.keep(None)
