"""What every step of an application shares: its row under lock, the version that was seen, the record."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from clients.applications.application import Applicant, Application, Officer
from clients.applications.models import ApplicationRow
from clients.applications.queries import application_of
from idp import audit
from idp.base import clock
from idp.base.errors import Rejected

P = ParamSpec("P")
T = TypeVar("T")
Actor = Applicant | Officer


def recorded(
    kind: str, action: str
) -> Callable[[Callable[Concatenate[str, P], T]], Callable[Concatenate[str, P], T]]:
    """Record a refusal of the step: who wanted it of which application, and why not (attack book L27)."""

    def wrap(step: Callable[Concatenate[str, P], T]) -> Callable[Concatenate[str, P], T]:
        @wraps(step)
        def run(application_id: str, /, *args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return step(application_id, *args, **kwargs)
            except Rejected as refused:
                actor = kwargs.get("actor")
                audit.record(
                    kind,
                    outcome="refused",
                    reason=refused.why or refused.code,
                    error=refused.code,
                    action=action,
                    application=application_id[:36],
                    operator=actor.id if isinstance(actor, Applicant | Officer) else None,
                )
                raise

        return run

    return wrap


def of_applicant(session: Session, application_id: str, actor: Applicant) -> ApplicationRow:
    """The row of an application that is the applicant's; any other is not there."""
    row = session.get(ApplicationRow, application_id)
    if row is None or not actor.owns(application_of(row)):
        raise Rejected("not_found", why="no such application of this applicant", status=404)
    return row


def of_officer(session: Session, application_id: str, actor: Officer) -> tuple[ApplicationRow, Application]:
    """The row of an application within the officer's reach; a draft is its applicant's own."""
    row = session.get(ApplicationRow, application_id)
    if row is None or row.state == "draft" or not actor.reach.covers(row.division, row.department):
        raise Rejected("not_found", why="no such application within reach", status=404)
    return row, application_of(row)


def advance(session: Session, row: ApplicationRow, version: int) -> None:
    """Take one step from the version that was seen; of two who saw the same, the second is refused (L23)."""
    seen = update(ApplicationRow).where(ApplicationRow.id == row.id, ApplicationRow.version == version)
    raised = seen.values(version=version + 1, updated_at=clock.now()).returning(ApplicationRow.version)
    if session.execute(raised, execution_options={"synchronize_session": False}).first() is None:
        raise stale()
    session.refresh(row)


def demand_state(row: ApplicationRow, *states: str) -> None:
    """Raise ``Rejected`` unless the application is in one of these states."""
    if row.state not in states:
        raise Rejected("application.state", "The application is in another state", why=row.state, status=409)


def stale() -> Rejected:
    """The refusal of a step that was decided on an older version (RFC 9110 §13.1.1)."""
    return Rejected("application.stale", "The application has changed meanwhile", why="stale", status=412)


def note(session: Session, row: ApplicationRow, action: str, operator: str, **more: Any) -> None:
    """Record a step that was taken."""
    audit.record_in(
        session, "application.change", client=row.client_id, action=action, application=row.id,
        operator=operator, version=row.version, **more,
    )  # fmt: skip
