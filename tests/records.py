"""What the server wrote down: audit events, and a digest of everything else."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select

from idp.audit import jobs
from idp.audit.queries import EVENTS
from idp.store import db, redis


def events(kind: str | None = None) -> list[Any]:
    """Audit events recorded so far, oldest first."""
    jobs.ship()
    statement = select(EVENTS).order_by(EVENTS.c.time)
    rows = db.fetch_all(statement)
    return [row for row in rows if kind in (None, row.kind)]


@contextmanager
def one_event(kind: str) -> Iterator[None]:
    """The block records exactly one event of this kind (attack book: A(kind))."""
    before = len(events(kind))
    yield
    assert len(events(kind)) == before + 1, [row.kind for row in events()]


@contextmanager
def nothing_changed() -> Iterator[None]:
    """The block leaves SQL rows (but audit) and Redis records as they are (attack book: NOCHG)."""
    before = _state()
    yield
    assert _state() == before


def _state() -> dict[str, str]:
    state = {}
    for table in db.db.metadata.sorted_tables:
        if not table.name.startswith("audit"):
            rows = sorted(repr(tuple(row)) for row in db.fetch_all(select(table)))
            state[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    for key in sorted(redis.call("KEYS", "*")):
        if key.startswith(b"rate:"):
            continue  # that somebody asked is counted, whatever the answer
        state[key.decode()] = hashlib.sha256(redis.call("DUMP", key) or b"").hexdigest()
    return state
