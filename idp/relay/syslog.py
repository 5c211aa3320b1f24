"""Events as syslog messages (RFC 5424) over TLS (RFC 5425), TCP (RFC 6587 §3.4.1) or UDP (RFC 5426).

Syslog has no receipts. Over TLS and TCP the end of a connection is taken for one: we end our side, and what
was sent counts as taken when the collector has read up to there and ended its own (RFC 5425 §4.4). Over UDP
what was sent is all that is known.
"""

import json
import socket
import ssl
from collections.abc import Sequence
from urllib.parse import urlsplit

import orjson

from idp import settings
from idp.audit.stream import Sealed
from idp.base import clock

_SECONDS = 5
#: Log audit (RFC 5424 §6.2.1, table 1).
_FACILITY = 13
_ALERT, _WARNING, _NOTICE, _INFORMATIONAL = 1, 4, 5, 6
_SEVERITIES = {"failed": _WARNING, "refused": _NOTICE, "success": _INFORMATIONAL}
#: A datagram longer than this goes without its details (RFC 5426 §3.2: shorter than what can be sent).
_DATAGRAM = 8192
_LARGEST_SEQUENCE_ID = 2**31 - 1


class Failed(Exception):
    """The collector has not taken what was sent."""


def send(events: Sequence[Sealed]) -> None:
    """Send events in order; raises ``Failed`` when it is not certain that all were taken."""
    where = urlsplit(settings.current().audit_syslog)
    try:
        if where.scheme == "udp":
            _datagrams(where.hostname or "", where.port or 0, events)
        else:
            frames = b"".join(b"%d %s" % (len(one), one) for one in map(message, events))
            _stream(where.hostname or "", where.port or 0, frames, secure=where.scheme == "tls")
    except OSError as error:
        raise Failed(type(error).__name__) from None


def message(one: Sealed, *, details: bool = True) -> bytes:
    """One message (RFC 5424 §6); what follows the header is JSON in ASCII, the event and its place."""
    event = one.event
    severity = _ALERT if event.kind.startswith("alarm.") else _SEVERITIES[event.outcome]
    seconds, rest = divmod(event.time, 1_000_000)
    host = urlsplit(settings.current().issuer).hostname or "-"
    members = orjson.loads(event.line())
    members["detail"] = orjson.loads(event.detail) if details else {}
    told = {"seq": one.seq, "hash": one.hash, "event": members}
    sequence = (one.seq - 1) % _LARGEST_SEQUENCE_ID + 1
    head = (
        f"<{_FACILITY * 8 + severity}>1 {clock.at(seconds):%Y-%m-%dT%H:%M:%S}.{rest:06}Z {host} idp - "
        f'{event.kind[:32]} [meta sequenceId="{sequence}"] '
    )
    return (head + json.dumps(told, separators=(",", ":"))).encode("ascii")


def _datagrams(host: str, port: int, events: Sequence[Sealed]) -> None:
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind) as line:
        line.settimeout(_SECONDS)
        for one in events:
            whole = message(one)
            line.sendto(whole if len(whole) <= _DATAGRAM else message(one, details=False), address)


def _stream(host: str, port: int, frames: bytes, *, secure: bool) -> None:
    with socket.create_connection((host, port), timeout=_SECONDS) as line:
        if secure:
            with _context().wrap_socket(line, server_hostname=host) as protected:
                protected.sendall(frames)
                protected.unwrap()
        else:
            line.sendall(frames)
            line.shutdown(socket.SHUT_WR)
            while line.recv(4096):
                pass


def _context() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.current().audit_syslog_authorities or None)
