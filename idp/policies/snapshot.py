"""All policies in force in the memory of this process; renewed when one of them changes.

A request costs looks into dictionaries. The number of the last change is looked at once a second at most, and
only policies that changed are read. When the database is away those known so far hold. A policy that cannot
be read fails closed: where it would hold nothing is judged without it.
"""

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from sqlalchemy import Row

from idp import audit
from idp.base.errors import Rejected, Unavailable
from idp.policies import documents, kinds, queries
from idp.policies.combination import Combined, Policies
from idp.policies.policy import KindName
from idp.store.watching import Watching

log = logging.getLogger(__name__)


class Snapshot(Watching):
    """The policies as of one change."""

    WHAT = "policies"

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock)
        self._known: dict[tuple[KindName, str], Any] = {}
        self._policies = Policies({})

    def policies(self) -> Policies:
        """The policies of now; raises ``Unavailable`` when they could never be read."""
        self._renewed()
        return self._policies

    def _number(self) -> int:
        return queries.changes()

    def _load(self, version: int) -> None:
        goes_on = self._version is not None and version > self._version
        known = dict(self._known) if goes_on else {}
        rows: Iterable[Row[Any]]
        rows = queries.changed(self._version or 0) if goes_on else queries.in_force()
        for row in {(row.kind, row.division): row for row in rows}.values():
            known[row.kind, row.division] = _policy(row)
        self._known, self._policies, self._version = known, Policies(known), version


def _policy(row: Row[Any]) -> Any:
    try:
        return kinds.find(row.kind).read(documents.unpacked(row.document))
    except (Rejected, ValueError):
        log.error("policies: %s of %s, version %s, cannot be read", row.kind, row.division, row.number)
        with suppress(Unavailable):
            audit.record(
                "policy.unreadable",
                outcome="failed",
                policy=row.kind,
                division=row.division,
                version=row.number,
            )
        return None


_current = Snapshot()


def current() -> Policies:
    """The policies in force."""
    return _current.policies()


def at_hand(division: str) -> Combined:
    """What a page tells of a division: what is known of it, for a page is shown in any case."""
    try:
        return current().at(division)
    except Unavailable:
        return Policies({}).at(division)


def expire() -> None:
    """Make a change of this process visible to its next request."""
    _current.expire()


def forget() -> None:
    """Drop what this process remembers, when its stores are exchanged."""
    global _current
    _current = Snapshot()
