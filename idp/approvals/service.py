"""Lasting verbs: approve, refuse, and the promise to tell the portal (CIBA Core §10.2).

The ping is promised before the decision is made: a portal that is told too much polls in vain, one that is
told nothing waits for ever.
"""

from typing import Any, cast
from uuid import uuid4

import orjson
from sqlalchemy import CursorResult, delete, update
from sqlalchemy.orm import Session as Transaction

from clients import Client
from idp import audit, consent, keyring, persons, sessions, settings
from idp.approvals import store
from idp.approvals.approval import Approval
from idp.approvals.models import PingDelivery
from idp.base import levels
from idp.base.clock import now, now_us
from idp.base.errors import Rejected
from idp.sessions import Participant, Session
from idp.store.db import transaction
from idp.tokens import Grant
from idp.tokens.codes import new_code


def approve(
    approval: Approval, client: Client, session: Session, scopes: tuple[str, ...], organization: str | None
) -> bool:
    """Let the portal in, with a session of its own; ``False`` when the request is over."""
    entered = Participant(
        since=now(), consent=consent.version(client), scopes=scopes, organization=organization
    )
    branch = sessions.branch(
        session,
        client.client_id,
        entered,
        address=approval.address,
        lifetime=_lifetime(approval, client),
    )
    _demand_active(branch)
    _promise_ping(approval, client)
    grant = _grant(approval, client, branch, scopes, organization)
    if not store.approve(approval.id, grant):
        sessions.end(branch)
        return False
    audit.record(
        "approval.grant",
        person=session.person_id,
        organization=organization,
        client=client.client_id,
        session=branch.id,
        method=approval.kind,
        scope=" ".join(scopes),
        acr=levels.acr(session.level),
        amr=session.amr,
        level=session.level,
        item=approval.item,
    )
    return True


def deny(approval: Approval, client: Client, session: Session) -> bool:
    """Refuse; ``False`` when the request is over."""
    _promise_ping(approval, client)
    if not store.deny(approval.id):
        return False
    audit.record(
        "approval.deny",
        person=session.person_id,
        client=client.client_id,
        session=session.id,
        outcome="refused",
        reason="the person did not agree",
        method=approval.kind,
    )
    return True


def _lifetime(approval: Approval, client: Client) -> int:
    """How long the place needs its session: as long as it may hold tokens, and no longer in any list."""
    held = client.access_token_lifetime
    if "refresh_token" in client.grant_types:
        held = max(held, client.refresh_token_lifetime)
    return max(approval.expires_at - now(), 0) + settings.current().code_lifetime + held


def _grant(
    approval: Approval, client: Client, branch: Session, scopes: tuple[str, ...], organization: str | None
) -> Grant:
    """What the person allowed; its level is that of the approval, and nothing can raise it afterwards."""
    _, grant_id = new_code()
    return Grant(
        id=grant_id,
        client_id=client.client_id,
        redirect_uri="",
        scopes=scopes,
        nonce=None,
        challenge="",
        person_id=branch.person_id,
        organization_id=organization,
        session_id=branch.id,
        auth_time=branch.auth_time,
        amr=branch.amr,
        ial=branch.ial,
        aal=branch.aal,
        offline="offline_access" in scopes and "refresh_token" in client.grant_types,
        granted_at=now_us(),
        resources=approval.resources,
        authorization_details=approval.authorization_details,
    )


def _demand_active(branch: Session) -> None:
    """End a session that began while its person was being stopped (attack book G09, G23)."""
    person = persons.read(branch.person_id)
    if person is None or not person.active:
        sessions.end(branch)
        raise Rejected("person.inactive", why="person no longer active", status=403)


def _promise_ping(approval: Approval, client: Client) -> None:
    if client.backchannel_token_delivery_mode != "ping" or not approval.sealed:
        return
    subject = approval.subject
    _queue(
        client.client_id,
        keyring.seal_token(orjson.dumps([subject.secret, subject.notification_token])),
        approval.expires_at,
    )


@transaction
def _queue(transaction: Transaction, client_id: str, sealed: str, expires_at: int) -> None:
    transaction.add(
        PingDelivery(
            id=str(uuid4()),
            client_id=client_id,
            sealed=sealed,
            status="waiting",
            attempts=0,
            next_at=now(),
            created_at=now(),
            expires_at=expires_at,
            outcome="",
        )
    )


@transaction
def claim(transaction: Transaction, ping_id: str, attempts: int, until: int) -> bool:
    """Take a ping for one attempt; of two workers one gets it, and a dead one loses it at ``until``."""
    statement = (
        update(PingDelivery)
        .where(
            PingDelivery.id == ping_id, PingDelivery.attempts == attempts, PingDelivery.status == "waiting"
        )
        .values(attempts=attempts + 1, next_at=until)
        .returning(PingDelivery.id)
    )
    return transaction.execute(statement).first() is not None


@transaction
def forget(transaction: Transaction, before: int) -> int:
    """Drop the pings of requests that ended before a moment; how many."""
    over = delete(PingDelivery).where(PingDelivery.expires_at < before, PingDelivery.status != "waiting")
    return cast(CursorResult[Any], transaction.execute(over)).rowcount


@transaction
def settle(
    transaction: Transaction, ping_id: str, *, status: str, outcome: str, next_at: int, client_id: str
) -> None:
    """Write down what an attempt brought; what will not be sent again is not kept."""
    values: dict[str, object] = {"status": status, "outcome": outcome[:60], "next_at": next_at}
    if status != "waiting":
        values["sealed"] = ""
    transaction.execute(update(PingDelivery).where(PingDelivery.id == ping_id).values(**values))
    if status == "delivered":
        audit.record_in(transaction, "ping.delivered", client=client_id, status=outcome)
    elif status == "failed":
        audit.record_in(transaction, "ping.failed", client=client_id, outcome="failed", reason=outcome[:60])
