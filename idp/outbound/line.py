"""A connection to one judged place: pinned, verified, and under the call's deadline to the last byte."""

import io
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from idp.outbound.addresses import Place
from idp.outbound.deadline import Deadline
from idp.outbound.failures import Unreachable
from idp.outbound.target import Target

#: Of several addresses of one name so many are tried.
_MOST_PLACES = 4


class Line:
    """What ``http.client`` needs of a socket, each step of it bounded."""

    def __init__(self, link: socket.socket, deadline: Deadline, most: int) -> None:
        self._link, self._deadline, self._most = link, deadline, most

    def sendall(self, data: bytes) -> None:
        """Send everything before the deadline."""
        rest = memoryview(data)
        while rest:
            self._link.settimeout(self._deadline.left())
            rest = rest[self._link.send(rest) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        """The bytes that come back, at most ``most`` of them, head included."""
        return io.BufferedReader(_Incoming(self._link, self._deadline, self._most))

    def close(self) -> None:
        """``http.client`` closes before the body is read; the call itself closes at its end."""


class _Incoming(io.RawIOBase):
    def __init__(self, link: socket.socket, deadline: Deadline, most: int) -> None:
        self._link, self._deadline, self._left = link, deadline, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if self._left <= 0:
            raise Unreachable("the answer is too large")
        self._link.settimeout(self._deadline.left())
        count = self._link.recv_into(memoryview(buffer)[: self._left])
        self._left -= count
        return count


@contextmanager
def connected(target: Target, places: list[Place], deadline: Deadline, most: int) -> Iterator[Line]:
    """A line to the first place that takes it; under TLS the certificate is the name's (RFC 9110 §4.3.4)."""
    link = _dial(places[:_MOST_PLACES], deadline)
    try:
        if target.secure:
            link.settimeout(deadline.left())
            link = trust().wrap_socket(link, server_hostname=target.host, do_handshake_on_connect=False)
            link.do_handshake()
        yield Line(link, deadline, most)
    finally:
        link.close()


@cache
def trust() -> ssl.SSLContext:
    """The system's certificate authorities, TLS 1.2 or newer, names checked; read once, for it costs."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _dial(places: list[Place], deadline: Deadline) -> socket.socket:
    failure: OSError = ConnectionError("no place to connect to")
    for remaining, (family, place) in zip(range(len(places), 0, -1), places, strict=True):
        link = socket.socket(family, socket.SOCK_STREAM)
        try:
            link.settimeout(deadline.left() / remaining)
            link.connect(place)
        except BaseException as error:
            link.close()
            if not isinstance(error, OSError):
                raise
            failure = error
        else:
            return link
    raise failure
