"""All clients in the memory of this process, frozen; renewed when the registry's version changes.

A request costs one look into a dictionary. The version is looked at once a second at most, and only rows
that changed since are read: ten thousand clients cost what ten do. When the database is away the clients
known so far stay. A database that was put back to an older state is read anew at the next start.
"""

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from clients import queries
from clients.client import Client
from idp import audit
from idp.base.errors import Unavailable
from idp.divisions import NATION
from idp.store import elsewhere
from idp.store.watching import Watching

SPARE_LOOKS = 20
"""Looks between two of them at most, for ids that are not known."""
_LONGEST_WAIT = 0.1

log = logging.getLogger(__name__)


class Snapshot(Watching):
    """The clients as of one version of the registry."""

    WHAT = "client registry"

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock)
        self._clients: Mapping[str, Client] = {}
        self._spare_looks = 0
        self._listed: tuple[Client, ...] | None = None

    def clients(self) -> Mapping[str, Client]:
        """The clients of now; raises ``Unavailable`` when none could ever be loaded."""
        self._renewed()
        return self._clients

    def find(self, client_id: str) -> Client | None:
        """The client of that id; one that is not known may have registered elsewhere a moment ago.

        So the version is looked at again for it, but only so often a second: ids can be made up.
        """
        found = self.clients().get(client_id)
        if found is None and self._spare_looks > 0:
            elsewhere.run(self._look_for_one_more)
            found = self._clients.get(client_id)
        return found

    def _look_for_one_more(self) -> None:
        if self._renewing.acquire(timeout=_LONGEST_WAIT):
            try:
                before = self._spare_looks
                self._spare_looks = before - 1 if self._look() else 0
            finally:
                self._renewing.release()

    def at_hand(self, client_id: str) -> Client | None:
        """The client of that id as last read; nobody is asked."""
        return self._clients.get(client_id)

    def listed(self) -> tuple[Client, ...]:
        """The services that citizens may find, by name; sorted once for each version of the registry."""
        clients = self.clients()
        if self._listed is None:
            self._listed = tuple(sorted((one for one in clients.values() if _findable(one)), key=_by_name))
        return self._listed

    def _look(self) -> bool:
        answered = super()._look()
        self._spare_looks = SPARE_LOOKS if answered else 0
        return answered

    def _number(self) -> int:
        return queries.version()

    def _load(self, version: int) -> None:
        goes_on = self._version is not None and version > self._version
        clients = dict(self._clients) if goes_on else {}
        for row in queries.changed(self._version or 0) if goes_on else queries.every():
            clients.pop(row.client_id, None)
            if row.deleted_at is not None:
                continue
            try:
                clients[row.client_id] = queries.client_of(row)
            except ValueError:
                _alarm(row.client_id)
        self._clients, self._version, self._listed = clients, version, None


def _alarm(client_id: str) -> None:
    """Say that one client is missing because its row cannot be read (reliability fault R20)."""
    log.error("client registry: row of client %s cannot be read; refused until applied again", client_id)
    with suppress(Unavailable):
        audit.record("client.unreadable", client=client_id, outcome="failed")


def _findable(client: Client) -> bool:
    return client.enabled and client.listed and bool(client.home_uri or client.initiate_login_uri)


def _by_name(client: Client) -> tuple[str, str]:
    return client.name, client.client_id


_current = Snapshot()


def find(client_id: str) -> Client | None:
    """The client of that id, disabled ones too."""
    return _current.find(client_id)


def all_clients() -> tuple[Client, ...]:
    """Every client, by id."""
    return tuple(client for _, client in sorted(_current.clients().items()))


def all_enabled() -> tuple[Client, ...]:
    """Every client in use, by id."""
    return tuple(client for client in all_clients() if client.enabled)


def listed() -> tuple[Client, ...]:
    """The services that citizens may find, by name."""
    return _current.listed()


def expire() -> None:
    """Make a change of this process visible to its next request."""
    _current.expire()


def forget() -> None:
    """Drop what this process remembers, when its stores are exchanged."""
    global _current
    _current = Snapshot()


def region(client_id: str) -> str:
    """Where a portal stands, for its lines in the record; empty for the nation, and for one not known."""
    client = _current.at_hand(client_id)
    return client.division if client and client.division != NATION else ""
