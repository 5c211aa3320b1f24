"""The worker: what is done after the answers have left, from sealing the audit record to telling portals.

One runs beside the server; two do no harm, for every job takes its work by one atomic step.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from clients.applications import jobs as application_jobs
from idp import audit, metrics, rounds
from idp.approvals import jobs as approval_jobs
from idp.audit import jobs as audit_jobs
from idp.base.errors import Unavailable
from idp.login import jobs as login_jobs
from idp.logout import jobs as logout_jobs
from idp.relay import jobs as relay_jobs
from idp.staff import jobs as staff_jobs
from idp.statistics import jobs as statistic_jobs
from idp.store import db

log = logging.getLogger("idp.worker")


def count_backlog() -> None:
    """Tell the metrics how much of the audit record still waits."""
    metrics.audit_spool(audit_jobs.backlog())


#: Jobs that wait for nobody outside go round together; a portal that does not answer holds up only its own.
ROUNDS = (
    (
        audit_jobs.ship,
        audit_jobs.seal,
        audit_jobs.sign_root,
        audit_jobs.make_months,
        count_backlog,
        logout_jobs.end_stopped,
        login_jobs.forget_failures,
    ),
    (audit_jobs.watch, relay_jobs.measure),
    (audit_jobs.clean,),
    (relay_jobs.stream_syslog,),
    (relay_jobs.stream_webhook,),
    (logout_jobs.deliver_due,),
    (approval_jobs.announce_due,),
    (
        approval_jobs.ping_due,
        approval_jobs.forget_pings,
        staff_jobs.disable_unused,
        logout_jobs.forget_settled,
    ),
    (statistic_jobs.count_record, statistic_jobs.forget_counters),
    (application_jobs.begin_approved, application_jobs.look_after_live),
)
_PAUSE = 0.5
_PAUSE_AFTER_FAILURE = 2.0

Job = Callable[[], object]


def run() -> None:
    """Work until told to stop; what was begun is finished."""
    db.forked()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threads = [threading.Thread(target=_repeat, args=(jobs, stop)) for jobs in ROUNDS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _repeat(jobs: Sequence[Job], stop: threading.Event) -> None:
    while not stop.wait(_round(jobs)):
        pass
    _round(jobs)


def _round(jobs: Sequence[Job]) -> float:
    """One round of some jobs; the seconds to wait before the next."""
    pause = _PAUSE
    for job in jobs:
        name, began = name_of(job), time.monotonic()
        try:
            with audit.request_context():
                job()
            rounds.went_well(name, began)
        except Unavailable as error:
            log.warning("%s waits: %s is unavailable", name, error.what)
            _note(name, f"{error.what} is unavailable")
            pause = _PAUSE_AFTER_FAILURE
        except Exception as error:
            # A job that fails must not take the others with it; it is tried again next round.
            log.exception("%s failed", name)
            _note(name, type(error).__name__)
            pause = _PAUSE_AFTER_FAILURE
    return pause


def name_of(job: Job) -> str:
    """What the console calls a job: its package and its verb."""
    module = getattr(job, "__module__", "").removeprefix("idp.").removesuffix(".jobs")
    return f"{module}.{getattr(job, '__name__', 'job')}"


def _note(name: str, why: str) -> None:
    """Keep a failure for the console, if the store is there; the log has it in any case."""
    with suppress(Unavailable):
        rounds.failed(name, why)
