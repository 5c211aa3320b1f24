"""What officers do: review, approve or reject, confirm each year, retire."""

from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from clients import service as registry
from clients import snapshot, texts
from clients.applications import judgement
from clients.applications.application import (
    NEEDED,
    STEPS,
    Application,
    Officer,
    Outcome,
    Step,
    demand_officer,
)
from clients.applications.models import ApplicationRow, DecisionRow
from clients.applications.service.steps import advance, demand_state, note, of_officer, recorded, stale
from idp import audit
from idp.base import clock
from idp.base.errors import Rejected
from idp.store.db import transaction

YEAR = 365 * 86400
_LONGEST_COMMENT = 500


@recorded("application.decide", "decided")
def decide(
    application_id: str, /, *, step: Step, version: int, outcome: Outcome, comment: str, actor: Officer
) -> None:
    """Take a step, if it is the one that waits: one officer reviews, another approves; a no says why."""
    text = _comment(comment, needed=outcome == "rejected")
    _decide(application_id, step, version, outcome, text, actor)


@recorded("application.change", "confirmed")
def confirm(application_id: str, /, *, version: int, actor: Officer) -> None:
    """Say for another year that the portal still needs what it has; one that was suspended for it goes on."""
    if _confirm(application_id, version, actor):
        snapshot.expire()


@recorded("application.change", "retired")
def retire(application_id: str, /, *, version: int, actor: Officer) -> None:
    """End a portal's time in production."""
    _retire(application_id, version, actor)
    snapshot.expire()


def stop(client_id: str, *, operator: str, cause: str = "", rank: int) -> None:
    """Refuse a portal everywhere, on one word; whom time had stopped before no confirmation lets in then.

    ``rank`` is that of who says so (``Reach.rank``).
    """
    _stop(client_id, operator, cause, rank)
    snapshot.expire()


def resume(client_id: str, *, operator: str, rank: int) -> None:
    """Let in again whom one officer stopped; whom time or a retirement stopped, his application lets in.

    Raises ``stopped.above`` when one of a higher rank stopped it.
    """
    _resume(client_id, operator, rank)
    snapshot.expire()


@transaction
def _decide(
    session: Session,
    application_id: str,
    step: Step,
    version: int,
    outcome: Outcome,
    comment: str,
    actor: Officer,
) -> None:
    row, application = of_officer(session, application_id, actor)
    if row.version != version:
        raise stale()
    waiting, then = STEPS.get(application.state, ("", application.state))
    if waiting != step:
        raise Rejected("application.state", "The step does not wait", why=row.state, status=409)
    demand_officer(application, actor, step)
    _demand_other(session, application, actor)
    advance(session, row, version)
    if outcome == "approved":
        judgement.demand(session, application)
        row.state = then
    else:
        row.state, row.open_client = "rejected", None
    if then == "approved":
        row.effective_at = max(row.effective_at, clock.now())
    session.add(
        DecisionRow(
            id=str(uuid4()),
            application_id=row.id,
            step=step,
            outcome=outcome,
            officer=actor.id,
            comment=comment,
            decided_at=clock.now(),
        )
    )
    audit.record_in(
        session, "application.decide", client=row.client_id, action=step, application=row.id,
        operator=actor.id, status=row.state, scope=list(application.scopes), version=row.version,
    )  # fmt: skip


@transaction
def _confirm(session: Session, application_id: str, version: int, actor: Officer) -> bool:
    row, application = of_officer(session, application_id, actor)
    if row.version != version:
        raise stale()
    demand_state(row, "live", "suspended")
    demand_officer(application, actor, "review")
    advance(session, row, version)
    resumed = row.state == "suspended" and row.due_at > 0
    if resumed:
        registry.switch(session, row.client_id, True, actor.id, rank=actor.reach.rank)
    row.state, row.noticed_at, row.confirm_by = "live", 0, clock.now() + YEAR
    row.due_at = min(row.confirm_by, judgement.restricted_until(application) or row.confirm_by)
    note(session, row, "confirmed", actor.id, expires_at=row.confirm_by)
    return resumed


@transaction
def _retire(session: Session, application_id: str, version: int, actor: Officer) -> None:
    row, application = of_officer(session, application_id, actor)
    if row.version != version:
        raise stale()
    demand_state(row, "live", "suspended")
    if NEEDED["review"] not in actor.permissions:
        raise Rejected("permission", why=NEEDED["review"], status=403)
    advance(session, row, version)
    row.state = "retired"
    open_ones = update(ApplicationRow).where(ApplicationRow.open_client == application.client_id)
    session.execute(open_ones.values(state="withdrawn", open_client=None, version=ApplicationRow.version + 1))
    registry.switch(session, row.client_id, False, actor.id, rank=actor.reach.rank)
    note(session, row, "retired", actor.id)


@transaction
def _stop(session: Session, client_id: str, operator: str, cause: str, rank: int) -> None:
    late = (
        ApplicationRow.client_id == client_id, ApplicationRow.state == "suspended", ApplicationRow.due_at > 0,
    )  # fmt: skip
    marked = update(ApplicationRow).where(*late).values(due_at=0, version=ApplicationRow.version + 1)
    found = session.execute(marked.returning(ApplicationRow.id)).first()
    if not registry.switch(session, client_id, False, operator, cause, rank=rank) and found is not None:
        audit.record_in(
            session, "client.disable", client=client_id, status="disabled", operator=operator,
            cause=cause or None,
        )  # fmt: skip


@transaction
def _resume(session: Session, client_id: str, operator: str, rank: int) -> None:
    # The registry's lock comes first: a retirement under way is over, or begins behind this.
    registry.switch(session, client_id, True, operator, rank=rank)
    ends = ("live", "suspended", "retired")
    named = select(ApplicationRow.state).where(
        ApplicationRow.client_id == client_id, ApplicationRow.state.in_(ends)
    )
    states = set(session.execute(named).scalars())
    if states and "live" not in states:
        why = "its application is " + " and ".join(sorted(states))
        raise Rejected("application.state", "An application lets this portal in", why=why, status=403)


def _demand_other(session: Session, application: Application, actor: Officer) -> None:
    """Raise ``Rejected`` when the officer has decided on it before: the second step is another's."""
    mine = select(DecisionRow.id).where(
        DecisionRow.application_id == application.id, DecisionRow.officer == actor.id
    )
    if session.execute(mine).first() is not None:
        raise Rejected(
            "application.twice", "Another officer takes the second step", why="decided before", status=403
        )


def _comment(text: str, *, needed: bool) -> str:
    comment = text.strip()
    try:
        if (2 if needed else 0) <= len(comment) <= _LONGEST_COMMENT:
            return texts.prose(comment) if comment else ""
    except ValueError:
        pass
    raise Rejected("application.comment", "A comment has 2 to 500 plain characters", why="comment")
