"""All clients in the memory of this process, frozen; renewed when the registry's version changes.

A request costs one look into a dictionary. The version is looked at once a second at most, and only rows
whose revision changed are read again. When the database is away the clients known so far stay.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from clients import queries
from clients.client import Client
from idp import audit
from idp.base.errors import Unavailable

PAUSE = 1.0
"""Seconds between two looks at the version."""
_PATIENCE = 10
"""After a failed look, so many times its length passes before the next: waiting must not fill the day."""

log = logging.getLogger(__name__)


class Snapshot:
    """The clients as of one version of the registry."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._clients: Mapping[str, Client] = {}
        self._revisions: Mapping[str, str] = {}
        self._version: str | None = None
        self._next_look = float("-inf")
        self._renewing = threading.Lock()

    def clients(self) -> Mapping[str, Client]:
        """The clients of now; raises ``Unavailable`` when none could ever be loaded.

        One thread renews; meanwhile the others go on with what there is, and wait only for the first load.
        """
        if self._clock() >= self._next_look and self._renewing.acquire(blocking=self._version is None):
            try:
                if self._clock() >= self._next_look:
                    self._look()
            finally:
                self._renewing.release()
        if self._version is None:
            raise Unavailable("client registry")
        return self._clients

    def expire(self) -> None:
        """Look at the version again at the next request."""
        self._next_look = float("-inf")

    def _look(self) -> None:
        began = self._clock()
        try:
            # The version is read first: a change that comes between shows at the next look.
            version = queries.version()
            if version != self._version:
                self._load()
                self._version = version
        except Unavailable:
            log.warning("client registry: database away, the clients known so far stay")
            self._next_look = self._clock() + max(PAUSE, _PATIENCE * (self._clock() - began))
        else:
            self._next_look = self._clock() + PAUSE

    def _load(self) -> None:
        revisions = queries.revisions()
        changed = [one for one, revision in revisions.items() if self._revisions.get(one) != revision]
        clients = {one: client for one, client in self._clients.items() if one in revisions}
        for row in queries.rows(changed):
            clients.pop(row.client_id, None)
            try:
                clients[row.client_id] = queries.client_of(row)
            except ValueError:
                _alarm(row.client_id)
        self._clients, self._revisions = clients, revisions


def _alarm(client_id: str) -> None:
    """Say that one client is missing because its row cannot be read (reliability fault R20)."""
    log.error("client registry: row of client %s cannot be read; refused until applied again", client_id)
    with suppress(Unavailable):
        audit.record("client.unreadable", client=client_id, outcome="failed")


_current = Snapshot()


def find(client_id: str) -> Client | None:
    """The client of that id, disabled ones too."""
    return _current.clients().get(client_id)


def all_clients() -> tuple[Client, ...]:
    """Every client, by id."""
    return tuple(client for _, client in sorted(_current.clients().items()))


def all_enabled() -> tuple[Client, ...]:
    """Every client in use, by id."""
    return tuple(client for client in all_clients() if client.enabled)


def expire() -> None:
    """Make a change of this process visible to its next request."""
    _current.expire()


def forget() -> None:
    """Drop what this process remembers, when its stores are exchanged."""
    global _current
    _current = Snapshot()
