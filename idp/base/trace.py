"""Which request this thread of work belongs to: its id and the peer's address.

The gate sets both once; audit records, logs and error pages read them.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple


class Request(NamedTuple):
    """The request being answered; both empty in a command or a job."""

    id: str = ""
    address: str = ""


_NONE = Request()
_current: ContextVar[Request] = ContextVar("request", default=_NONE)
_ACCEPTABLE_ID = re.compile(r"[0-9A-Za-z._-]{8,64}")


def current() -> Request:
    """The request being answered."""
    return _current.get()


def set_request(request_id: str = "", address: str = "") -> Request:
    """Name the request this thread answers from now on; returns it as recorded.

    A request id from outside is kept only in a bounded, harmless form, else replaced (CWE-117).
    """
    known = Request(_request_id(request_id), _address(address))
    _current.set(known)
    return known


@contextmanager
def request_context(request_id: str = "", address: str = "") -> Iterator[Request]:
    """Name the request for the length of a block."""
    token = _current.set(Request(_request_id(request_id), _address(address)))
    try:
        yield _current.get()
    finally:
        _current.reset(token)


def _request_id(text: str) -> str:
    return text if _ACCEPTABLE_ID.fullmatch(text) else secrets.token_hex(8)


@lru_cache(maxsize=4096)
def _address(text: str) -> str:
    try:
        return str(ip_address(text.partition("%")[0]))
    except ValueError:
        return ""
