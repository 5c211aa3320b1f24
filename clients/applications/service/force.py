"""What time does: approved applications begin, live ones are to be confirmed, or are suspended."""

from uuid import uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from clients import documents, snapshot
from clients import service as registry
from clients.applications import judgement, queries
from clients.applications.application import Application
from clients.applications.models import ApplicationRow, DecisionRow
from clients.applications.queries import application_of
from clients.applications.service.decisions import YEAR
from clients.applications.service.steps import note
from clients.client import Client
from clients.logos import Logo
from idp.base import clock
from idp.base.errors import Rejected
from idp.divisions.division import LOWEST
from idp.store.db import transaction

WORKER = "worker"


def put_in_force(application_id: str) -> bool:
    """Write an approved portal into the registry; whether it is in force. What cannot be is rejected."""
    application = queries.find(application_id)
    if application is None or application.state != "approved" or application.effective_at > clock.now():
        return False
    try:
        client, faults = judgement.judged(application)
        if client is None or faults:
            raise judgement.Unfit(faults)
        begun = _begin(application_id, application.version, client, _fetched(client))
    except Rejected as refused:
        _reject(application_id, application.version, refused.why or refused.code)
        return False
    snapshot.expire()
    return begun


def suspend(application: Application) -> None:
    """Stop a portal that nobody confirmed in time."""
    _suspend(application.id, application.version)
    snapshot.expire()


@transaction
def tell(session: Session, application: Application) -> None:
    """Note that a live application's day comes; its pages say so until somebody confirms it."""
    unseen = update(ApplicationRow).where(
        ApplicationRow.id == application.id,
        ApplicationRow.version == application.version,
        ApplicationRow.noticed_at == 0,
    )
    told = session.execute(unseen.values(noticed_at=clock.now()).returning(ApplicationRow.id)).first()
    row = session.get(ApplicationRow, application.id)
    if told is not None and row is not None:
        note(session, row, "due", WORKER, expires_at=row.due_at)


def _fetched(client: Client) -> Logo | None:
    try:
        return documents.fetch(client, snapshot.find(client.client_id))
    except documents.Unfit as unfit:
        raise judgement.Unfit([unfit.fault]) from None


def _take(session: Session, application_id: str, version: int, state: str) -> ApplicationRow | None:
    """The row, if it is still in the state and version that was seen; of two workers one takes it."""
    seen = update(ApplicationRow).where(
        ApplicationRow.id == application_id, ApplicationRow.version == version, ApplicationRow.state == state
    )
    raised = seen.values(version=version + 1, updated_at=clock.now()).returning(ApplicationRow.id)
    if session.execute(raised).first() is None:
        return None
    return session.get(ApplicationRow, application_id)


@transaction
def _begin(session: Session, application_id: str, version: int, client: Client, logo: Logo | None) -> bool:
    row = _take(session, application_id, version, "approved")
    if row is None:
        return False
    application = application_of(row)
    judgement.demand_holder(session, application)
    before = update(ApplicationRow).where(
        ApplicationRow.client_id == row.client_id, ApplicationRow.state.in_(("live", "suspended"))
    )
    session.execute(before.values(state="replaced", version=ApplicationRow.version + 1))
    registry.put(session, client, logo, origin="application", operator=f"application {row.id}")
    row.state, row.open_client, row.confirm_by = "live", None, clock.now() + YEAR
    row.due_at = min(row.confirm_by, client.restricted_until or row.confirm_by)
    note(session, row, "live", WORKER, expires_at=row.confirm_by, scope=list(application.scopes))
    return True


@transaction
def _reject(session: Session, application_id: str, version: int, why: str) -> None:
    row = _take(session, application_id, version, "approved")
    if row is None:
        return
    row.state, row.open_client = "rejected", None
    session.add(
        DecisionRow(
            id=str(uuid4()),
            application_id=row.id,
            step="begin",
            outcome="rejected",
            officer=WORKER,
            comment=why[:500],
            decided_at=clock.now(),
        )
    )
    note(session, row, "failed", WORKER)


@transaction
def _suspend(session: Session, application_id: str, version: int) -> None:
    row = _take(session, application_id, version, "live")
    if row is None or row.confirm_by > clock.now():
        return
    row.state = "suspended"
    if not registry.switch(session, row.client_id, False, WORKER, rank=LOWEST):
        # Somebody else stopped it before; to confirm it must not let it in again.
        row.due_at = 0
    note(session, row, "suspended", WORKER)
