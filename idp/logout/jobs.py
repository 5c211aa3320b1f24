"""What the worker does of what was promised: deliver logout tokens, end what stopped accounts still hold.

Deliveries are made by a few threads, each portal's failure its own.
"""

from typing import Any

from sqlalchemy import Row

import clients
from clients import Client
from idp import outbound, settings
from idp.base.clock import now
from idp.base.errors import Unavailable
from idp.logout import people, queries, service
from idp.logout.backchannel import deliver, logout_token

_OF_ONE_PORTAL = 16
#: Seconds between two attempts grow so: 5, 10, 20 … up to an hour.
_FIRST_WAIT = 5
_LONGEST_WAIT = 3600
#: Who has not heard of a logout after a day has ended the session by itself.
_GIVEN_UP = 86400
#: Seconds in which whoever stopped an account ends by itself what it holds.
_GRACE = 5
_ENDINGS = 100
#: Seconds between two sweeps, how long what became of a notice can be looked up, and how many go at once.
_SWEEP = 600
_KEPT = 30 * 86400
_SWEPT = 5000
_next_sweep = 0


def end_stopped() -> int:
    """End what stopped accounts hold where that was left undone; how many accounts."""
    waiting = queries.endings(now() - _GRACE, _ENDINGS)
    for row in waiting:
        people.end_everything(row.person_id, row.status)
    return len(waiting)


def deliver_due() -> int:
    """Deliver what is due, portals side by side; how many attempts were made."""
    due = queries.due(now(), _OF_ONE_PORTAL)
    return outbound.side_by_side(due, lambda row: row.client_id, _deliver_to_one)


def forget_settled() -> int:
    """Drop notices that were settled a month ago, now and then; how many. The record keeps their ends."""
    global _next_sweep
    moment = now()
    if moment < _next_sweep:
        return 0
    gone = service.forget(moment - _KEPT, _SWEPT)
    _next_sweep = moment + (_SWEEP if gone < _SWEPT else 0)
    return gone


def _deliver_to_one(rows: list[Row[Any]]) -> int:
    """One portal's deliveries in turn; when it does not answer, the rest of them wait as long as this one."""
    made = 0
    for row in rows:
        until = _attempt(row)
        made += until is not None
        if until:
            service.postpone(row.client_id, until)
            break
    return made


def _delivered(client: Client, row: Row[Any]) -> str:
    try:
        return deliver(client, logout_token(client, row.person_id, row.session_id))
    except Unavailable as error:
        return error.what


def _attempt(row: Row[Any]) -> int | None:
    """``None`` if another worker has the delivery, the moment to wait for if the portal is away, else 0."""
    if not service.claim(row.id, row.attempts, until=now() + 4 * settings.current().logout_timeout):
        return None
    client = clients.find(row.client_id)
    if client is None or not client.backchannel_logout_uri:
        outcome, over = "the portal is gone", True
    else:
        outcome = _delivered(client, row)
        over = row.attempts + 1 >= settings.current().logout_attempts or now() - row.created_at >= _GIVEN_UP
    status = "delivered" if outcome in ("200", "204") else "failed" if over else "waiting"
    next_at = now() + min(_FIRST_WAIT * 2**row.attempts, _LONGEST_WAIT)
    service.settle(row.id, status=status, outcome=outcome, next_at=next_at, client_id=row.client_id)
    return 0 if outcome.isdigit() or client is None else next_at
