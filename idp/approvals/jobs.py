"""What the worker does for requests: it puts them before people, and pings portals when they are decided."""

import logging
from typing import Any

from sqlalchemy import Row

import clients
from idp import outbound, settings
from idp.approvals import announcement, pings, queries, service
from idp.base.clock import now

log = logging.getLogger("idp.approvals")

_OF_ONE_PORTAL = 16
#: A portal waits for its ping with a person before it: 1, 2, 4 … seconds between two attempts.
_LONGEST_WAIT = 30
#: Seconds between two sweeps, and how long what became of a ping can be looked up.
_SWEEP = 600
_KEPT = 86400
_next_sweep = 0


def announce_due() -> int:
    """Put new backchannel requests before those they are for; how many were looked at."""
    ids = announcement.claim()
    for approval_id in ids:
        announcement.announce(approval_id)
    return len(ids)


def forget_pings() -> int:
    """Drop the pings of yesterday, now and then; how many."""
    global _next_sweep
    moment = now()
    if moment < _next_sweep:
        return 0
    _next_sweep = moment + _SWEEP
    return service.forget(moment - _KEPT)


def ping_due() -> int:
    """Send what is due, portals side by side; how many attempts were made."""
    due = queries.due(now(), _OF_ONE_PORTAL)
    return outbound.side_by_side(due, lambda row: row.client_id, _ping_one)


def _ping_one(rows: list[Row[Any]]) -> int:
    return sum(_attempt(row) for row in rows)


def _attempt(row: Row[Any]) -> bool:
    """``False`` if another worker has the ping."""
    if not service.claim(row.id, row.attempts, until=now() + 4 * settings.current().logout_timeout):
        return False
    client = clients.find(row.client_id)
    if client is None or not client.enabled or not client.backchannel_client_notification_endpoint:
        outcome = "the portal is gone"
    elif now() >= row.expires_at:
        outcome = "too late"
    else:
        outcome = pings.send(client, row.sealed)
    next_at = now() + min(2**row.attempts, _LONGEST_WAIT)
    again = pings.worth_another_try(outcome) and next_at < row.expires_at
    status = "delivered" if pings.delivered(outcome) else "waiting" if again else "failed"
    service.settle(row.id, status=status, outcome=outcome, next_at=next_at, client_id=row.client_id)
    return True
