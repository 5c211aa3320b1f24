"""One call out: judged, pinned, bounded, recorded.

No redirect is followed, no proxy of the environment used, no cookie or credential sent that the caller does
not give, and only the registered address gets anything at all (attack book M01 to M12, K22).
A call waits; in the event loop of a web process, a thread does that (``idp.store.elsewhere``).
"""

import logging
import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from typing import Literal

from idp import audit, metrics
from idp.outbound import addresses, line
from idp.outbound.crowd import among
from idp.outbound.deadline import within
from idp.outbound.failures import Refused, Unreachable
from idp.outbound.reply import Reply, read
from idp.outbound.target import Target, target
from idp.store import elsewhere

log = logging.getLogger("idp.outbound")

#: Beside the body: status line, headers, and the frames of a chunked body.
_HEAD = 64 * 1024
_ALWAYS = {"Connection": "close", "Accept-Encoding": "identity", "User-Agent": "unified-identity"}


def get(
    uri: str, *, accept: str, largest: int = 65536, seconds: float = 3.0, client: str = "", etag: str = ""
) -> Reply:
    """Fetch a document: status 200 of a media type in ``accept``, or 304 when ``etag`` is still right.

    Raises ``Refused`` when the address may not be called, ``Unreachable`` for everything else.
    """
    headers = {"Accept": accept} | ({"If-None-Match": etag} if etag else {})
    reply = elsewhere.run(
        _call, "GET", uri, None, headers, accept=accept, largest=largest, seconds=seconds, client=client
    )  # fmt: skip
    if reply.status == 200 or (reply.status == 304 and etag):
        return reply
    raise Unreachable(f"status {reply.status}")


def reach(uri: str, *, seconds: float = 3.0, client: str = "") -> int:
    """The status that a GET is answered with, whatever it is; nothing of the answer's body is read.

    Raises ``Refused`` when the address may not be called, ``Unreachable`` when nobody answers in time.
    """
    return elsewhere.run(
        _call, "GET", uri, None, {}, accept="", largest=0, seconds=seconds, client=client
    ).status


def post(
    uri: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    accept: str = "",
    largest: int = 0,
    seconds: float = 3.0,
    client: str = "",
) -> Reply:
    """Send ``body``; whatever the status is, it comes back. The answer's body is not read unless asked for.

    Raises ``Refused`` when the address may not be called, ``Unreachable`` when nobody answers in time.
    """
    return elsewhere.run(
        _call, "POST", uri, body, headers, accept=accept, largest=largest, seconds=seconds, client=client
    )


def _call(
    method: Literal["GET", "POST"],
    uri: str,
    body: bytes | None,
    headers: Mapping[str, str],
    *,
    accept: str,
    largest: int,
    seconds: float,
    client: str,
) -> Reply:
    host = ""
    try:
        where = target(uri)
        host = where.host
        reply = _exchange(method, where, body, headers, accept, largest, seconds)
    except Refused as refusal:
        metrics.outbound(method, "refused")
        audit.record("ssrf.block", client=client or None, outcome="refused", reason=refusal.why, host=host)
        raise
    except Unreachable as failure:
        metrics.outbound(method, "unreachable")
        log.warning("call to %s: %s", host, failure.why)
        raise
    metrics.outbound(method, "answered")
    return reply


def _exchange(
    method: str,
    where: Target,
    body: bytes | None,
    headers: Mapping[str, str],
    accept: str,
    largest: int,
    seconds: float,
) -> Reply:
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise Unreachable("a header holds what no header may")
    deadline = within(seconds)
    kinds = [kind.strip() for kind in accept.split(",")]
    try:
        with among(where.host, deadline):
            places = addresses.resolve(where.host, where.port, secure=where.secure, deadline=deadline)
            with line.connected(where, places, deadline, largest + _HEAD) as open_line:
                http = HTTPConnection(where.host, where.port)
                http.sock = open_line
                http.request(method, where.path, body, {**headers, **_ALWAYS, "Host": where.authority})
                return read(http.getresponse(), accept=kinds, largest=largest)
    except ssl.SSLCertVerificationError:
        raise Unreachable("its certificate is not good for the name") from None
    except (HTTPException, OSError, ValueError) as error:
        raise Unreachable(type(error).__name__) from None
