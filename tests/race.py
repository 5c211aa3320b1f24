"""Requests that meet: many at once, held back until each lacks one byte, then let go together.

Last-byte synchronisation: every connection is open and every request but its last byte has arrived before any
can be judged, so that the requests meet inside the server and not on their way to it.
"""

from collections.abc import Sequence

from tests.wire import Answer, Connection, Request, address, encode


def fire(requests: Sequence[Request]) -> list[Answer]:
    """Send the requests at one moment, each to the server its URL names; the answers in the same order."""
    connections: list[Connection] = []
    try:
        for request in requests:
            connection = Connection(address(request.url))
            connections.append(connection)
            connection.send(encode(request)[:-1])
        for connection, request in zip(connections, requests, strict=True):
            connection.send(encode(request)[-1:])
        return [connection.answer() for connection in connections]
    finally:
        for connection in connections:
            connection.close()
