"""A web process's loop in a thread of the test, around an application of this process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from idp.server.loop import Loop
from tests.wire import Connection, Request, encode


class Looped:
    """A running loop, and the connections a test has to it."""

    def __init__(self, loop: Loop, address: tuple[str, int]) -> None:
        self._loop = loop
        self.address = address
        self.connections: list[Connection] = []

    def stop(self) -> None:
        """Tell it to end what was begun."""
        self._loop.stop()
        self._loop.wake()

    def ask(self, request: Request) -> Connection:
        """A connection of its own on which a request has been sent."""
        connection = Connection(self.address, timeout=15)
        self.connections.append(connection)
        connection.send(encode(request))
        return connection


@contextmanager
def served(gate: Any, threads: int = 2) -> Iterator[Looped]:
    """A loop as long as the block lasts, and until it has ended what was begun."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        loop = Loop(gate, listener, threads)
        looped = Looped(loop, listener.getsockname()[:2])
        running = threading.Thread(target=loop.run)
        running.start()
        try:
            yield looped
        finally:
            looped.stop()
            running.join(30)
            for connection in looped.connections:
                connection.close()
            assert not running.is_alive()
