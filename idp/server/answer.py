"""An answer as bytes (RFC 9112 §4, RFC 9110 §6.6.1)."""

import time
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

from idp.oidc.request import Answer

#: Said in every answer; it tells nobody how we are built (attack book O18).
_SERVER = "Server: idp\r\nDate: "
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_STATUS = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}
_WITHOUT_LENGTH = frozenset((204, 304))


def encode(answer: Answer, *, head: bool, close: bool) -> bytes:
    """The whole answer; raises ``ValueError`` when a header would end its line itself."""
    fields = "".join([f"{name}: {value}\r\n" for name, value in answer.headers])
    count = len(answer.headers)
    if fields.count("\n") != count or fields.count("\r") != count:
        raise ValueError("a header holds a line end")
    length = "" if head or answer.status in _WITHOUT_LENGTH else f"\r\nContent-Length: {len(answer.body)}"
    ending = "\r\nConnection: close\r\n\r\n" if close else "\r\n\r\n"
    status = _STATUS.get(answer.status) or f"HTTP/1.1 {answer.status} \r\n"
    text = f"{status}{fields}{_SERVER}{_date(int(time.time()))}{length}{ending}"
    return text.encode("latin-1") + (b"" if head else answer.body)


@lru_cache(maxsize=2)
def _date(moment: int) -> str:
    return formatdate(moment, usegmt=True)
