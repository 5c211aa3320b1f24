"""The delivery of promised logout tokens, by a few threads, each portal's failure its own."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Row

import clients
from idp import settings
from idp.base.clock import now
from idp.logout import queries, service
from idp.logout.backchannel import deliver, logout_token

_BATCH = 64
_THREADS = 8
#: Seconds between two attempts grow so: 5, 10, 20 … up to an hour.
_FIRST_WAIT = 5
_LONGEST_WAIT = 3600


def deliver_due() -> int:
    """Deliver what is due; how many attempts were made."""
    rows = queries.due(now(), _BATCH)
    if not rows:
        return 0
    with ThreadPoolExecutor(_THREADS) as pool:
        return sum(pool.map(_attempt, rows))


def _attempt(row: Row[Any]) -> int:
    if not service.claim(row.id, row.attempts, until=now() + 4 * settings.current().logout_timeout):
        return 0
    client = clients.find(row.client_id)
    if client is None or not client.backchannel_logout_uri:
        outcome, over = "the portal is gone", True
    else:
        outcome = deliver(client, logout_token(client, row.person_id, row.session_id))
        over = row.attempts + 1 >= settings.current().logout_attempts
    status = "delivered" if outcome in ("200", "204") else "failed" if over else "waiting"
    wait = min(_FIRST_WAIT * 2**row.attempts, _LONGEST_WAIT)
    service.settle(row.id, status=status, outcome=outcome, next_at=now() + wait, client_id=row.client_id)
    return 1
