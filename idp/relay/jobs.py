"""What the worker streams: batches in order, the cursor moved after each; what failed is tried for ever."""

import logging
from collections.abc import Callable, Sequence

from idp import metrics
from idp.audit import service, stream
from idp.audit.stream import Sealed, State
from idp.base import clock
from idp.relay import syslog, webhook

log = logging.getLogger("idp.relay")

_BATCH = 200
_BATCHES = 50
#: Seconds for which a worker has a stream to itself; it dies, and another goes on after them.
_LEASE = 60
#: Seconds between two attempts grow so: 5, 10, 20 … up to five minutes.
_FIRST_WAIT = 5
_LONGEST_WAIT = 300


def stream_syslog() -> int:
    """Stream to the collector; how many events it took."""
    return _stream("syslog", syslog.send)


def stream_webhook() -> int:
    """Stream to the webhook; how many events it took."""
    return _stream("webhook", webhook.send)


def measure() -> None:
    """Tell the metrics how many events wait for each sink."""
    for one in stream.states():
        metrics.audit_stream(one.sink, one.waiting)


def _stream(sink: str, send: Callable[[Sequence[Sealed]], None]) -> int:
    if sink not in stream.configured():
        return 0
    now, state = clock.now(), stream.state(sink)
    if state is None:
        service.begin_stream(sink, now)
        return 0
    if not state.waiting or state.next_at > now or not service.claim_stream(state, until=now + _LEASE):
        return 0
    taken, seq = 0, state.seq
    for left in reversed(range(_BATCHES)):
        events, last = stream.after(seq, _BATCH)
        try:
            if events:
                send(events)
        except syslog.Failed as failure:
            _postpone(state if not taken else None, sink, str(failure))
            return taken
        seq, taken, done = last, taken + len(events), len(events) < _BATCH or not left
        later = 0 if done else clock.now() + _LEASE
        service.settle_stream(sink, seq=seq, outcome="taken", next_at=later, now=clock.now())
        if done:
            break
    return taken


def _postpone(state: State | None, sink: str, why: str) -> None:
    """Try again later; ``state`` is that of before when nothing was taken this time."""
    attempts = state.attempts if state else 0
    wait = min(_FIRST_WAIT * 2 ** min(attempts, 10), _LONGEST_WAIT)
    log.warning("the audit stream to %s waits %d s: %s", sink, wait, why)
    service.settle_stream(sink, seq=0, outcome=why, next_at=clock.now() + wait, now=clock.now())
