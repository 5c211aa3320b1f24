"""What the worker does for applications."""

import logging

from clients.applications import letters, queries, service
from idp import notify
from idp.base import clock
from idp.base.errors import Unavailable

#: How long before its day an application asks to be confirmed.
AHEAD = 30 * 86400
_AT_ONCE = 50
_EVERY = 600

log = logging.getLogger(__name__)

_last = 0


def begin_approved() -> int:
    """Put in force what was approved and begins now; how many."""
    return sum(_begin(one) for one in queries.effective(clock.now(), _AT_ONCE))


def _begin(application_id: str) -> bool:
    """One that fails in an unknown way does not hold up those behind it."""
    try:
        return service.put_in_force(application_id)
    except Unavailable:
        raise
    except Exception:
        log.exception("application %s could not begin", application_id)
        return False


def look_after_live() -> int:
    """Tell of days that come and suspend what nobody confirmed, every ten minutes; how many."""
    global _last
    moment = clock.now()
    if _last <= moment < _last + _EVERY:
        return 0
    _last = moment
    late = queries.unconfirmed(moment, _AT_ONCE)
    for one in late:
        service.suspend(one)
    coming = queries.due(moment + AHEAD, _AT_ONCE)
    waits: notify.NotNow | None = None
    for one in coming:
        try:
            letters.send(one)
            service.tell(one)
        except notify.NotNow as busy:
            waits = busy  # the addresses of one portal do not hold up the letters to the others
    if waits is not None:
        raise waits
    return len(late) + len(coming)
