"""The worker: ships and seals the audit record, tells portals of logouts, after the answers have left.

One runs beside the server; two do no harm, for every job takes its work by one atomic step.
"""

import logging
import signal
import threading

from idp import audit, metrics
from idp.audit import jobs as audit_jobs
from idp.base.errors import Unavailable
from idp.logout import jobs as logout_jobs
from idp.store import db

log = logging.getLogger("idp.worker")


def count_backlog() -> None:
    """Tell the metrics how much of the audit record still waits."""
    metrics.audit_spool(audit_jobs.backlog())


JOBS = (audit_jobs.ship, audit_jobs.seal, logout_jobs.deliver_due, count_backlog)
_PAUSE = 0.5
_PAUSE_AFTER_FAILURE = 2.0


def run() -> None:
    """Work until told to stop; what was begun is finished."""
    db.forked()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.wait(_round()):
        pass
    _round()


def _round() -> float:
    """One round of all jobs; the seconds to wait before the next."""
    pause = _PAUSE
    for job in JOBS:
        try:
            with audit.request_context():
                job()
        except Unavailable as error:
            log.warning("%s waits: %s is unavailable", job.__name__, error.what)
            pause = _PAUSE_AFTER_FAILURE
        except Exception:
            # A job that fails must not take the others with it; it is tried again next round.
            log.exception("%s failed", job.__name__)
            pause = _PAUSE_AFTER_FAILURE
    return pause
