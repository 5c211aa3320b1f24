"""What stops a person stops at once: the account, and every login, refresh token and offline grant it holds.

    the new state and a promise, one transaction ──▶ sessions ──▶ offline grants ──▶ the promise struck out

The state comes first, so that nothing new begins: whoever logs in at this moment looks at the state after
the session is made (``idp.login.entry``), whoever redeems a code looks for its session after the grant is.
Sessions come before offline grants for the same reason. Every step may be repeated; what a store that is
away leaves undone the worker ends (``idp.logout.jobs``), and so does the same verb, called again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Literal

from sqlalchemy.orm import Session as Transaction

from idp import persons
from idp.base.errors import Rejected, Unavailable
from idp.logout import service
from idp.persons import Status
from idp.persons import service as persons_service
from idp.store import db
from idp.tokens import queries as tokens
from idp.tokens.service import end_grants

Standing = Status | Literal["affected", "unproven"]
"""Why everything ends: the state that stops the account, a leak, or a real name to be proven anew."""
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a person had, and has no more."""

    sessions: int
    grants: int
    """Offline grants: refresh tokens that outlive a session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """How an account was stopped; ``anew`` is false when it was stopped so before."""

    anew: bool
    ended: Ended


class Unfinished(Unavailable):
    """The account is stopped, and a store is away: what it holds ends when the store is back."""


def freeze(
    person_id: str, *, cause: str, operator: str | None = None, source: str | None = None, rank: int = 0
) -> Stopped:
    """Stop an account until it is unfrozen."""
    change = partial(persons_service.freeze, cause=cause, operator=operator, source=source, rank=rank)
    return _stop(person_id, "frozen", change)


def record_death(person_id: str, *, operator: str | None = None, source: str | None = None) -> Stopped:
    """Stop the account of somebody who died, for good."""
    return _stop(
        person_id, "deceased", partial(persons_service.record_death, operator=operator, source=source)
    )


def close(person_id: str, *, cause: str, operator: str | None = None, source: str | None = None) -> Stopped:
    """Close an account for good."""
    change = partial(persons_service.close, cause=cause, operator=operator, source=source)
    return _stop(person_id, "closed", change)


def unfreeze(
    person_id: str, *, cause: str, operator: str | None = None, source: str | None = None, rank: int
) -> None:
    """Let a frozen account work again; what it held before has ended, or it stays frozen."""
    person = persons.read(person_id)
    if person is not None and person.status == "frozen":
        end_everything(person_id, person.status)
    persons_service.unfreeze(person_id, cause=cause, operator=operator, source=source, rank=rank)


def end_everything(person_id: str, status: Standing) -> Ended:
    """End what an account holds for which that was promised; every portal entered is told."""
    ended = sign_out(person_id, reason=f"the person is {status}")
    service.strike_ending(person_id)
    return ended


def sign_out(person_id: str, *, reason: str, operator: str | None = None) -> Ended:
    """End every session and offline grant of a person who may log in again at once.

    A portal with an offline grant is told by the subject alone: its session may have ended long ago.
    """
    sessions = service.end_all(person_id, reason=reason, operator=operator)
    portals = [row.client_id for row in db.fetch_all(tokens.offline_portals(person_id))]
    if portals:
        service.tell(portals, person_id)
    return Ended(sessions=sessions, grants=end_grants(person_id))


def sign_out_many(person_ids: Iterable[str], *, cause: str, operator: str) -> int:
    """Promise that every login of these persons ends; the worker keeps it. How many were promised anew."""
    waiting, promised = iter(person_ids), 0
    while some := set(islice(waiting, _AT_ONCE)):
        promised += service.promise_endings(some, "affected", cause=cause, operator=operator)
    return promised


def demand_proof(
    person_id: str, *, cause: str, operator: str | None = None, source: str | None = None
) -> Stopped:
    """Let the proven real-name levels lapse: no portal that asks for one lets the person in until it is anew.

    Whoever is logged in by the old level is logged out; ``anew`` is false when nothing was proven.
    """

    def promise(transaction: Transaction) -> None:
        service.promise_ending(transaction, person_id, "unproven")

    lapsed = persons_service.lapse_levels(
        person_id, cause=cause, operator=operator, source=source, also=promise
    )
    return _ended(person_id, "unproven", anew=lapsed > 0)


def _stop(person_id: str, status: Status, change: Callable[..., None]) -> Stopped:
    def promise(transaction: Transaction) -> None:
        service.promise_ending(transaction, person_id, status)

    anew = True
    try:
        change(person_id, also=promise)
    except Rejected as refused:
        if refused.why != status:
            raise
        anew = False
    return _ended(person_id, status, anew=anew)


def _ended(person_id: str, status: Standing, *, anew: bool) -> Stopped:
    try:
        return Stopped(anew=anew, ended=end_everything(person_id, status))
    except Unavailable as away:
        raise Unfinished(away.what) from away
