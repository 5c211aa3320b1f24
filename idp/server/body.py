"""The body of a request, whole: by its length, or in chunks of one strict form (RFC 9112 §6, §7.1).

A request with both is refused, and so is any other coding: two readers that disagree where a body ends let
a second request be smuggled in (attack book O07). Chunk extensions and trailers are refused too; nobody
needs them, and parsers differ on them.
"""

import re

from idp.oidc.request import LARGEST, Environ, Request
from idp.pages import cookies, sheets
from idp.server.head import Malformed

_SIZE = re.compile(rb"[0-9A-Fa-f]{1,6}\r\n")
_LONGEST_SIZE = 8
#: The frames of the smallest chunks are longer than what they hold, but not longer than this in all.
_LONGEST_ENCODED = 2 * LARGEST


def length(made: Environ) -> int | None:
    """How many bytes follow the head, or ``None`` for chunks; raises ``Malformed``."""
    coding = made.pop("HTTP_TRANSFER_ENCODING", None)
    if coding is not None:
        if coding.lower() != "chunked" or "CONTENT_LENGTH" in made or made["SERVER_PROTOCOL"] == "HTTP/1.0":
            raise Malformed(400)
        return None
    told = str(made.get("CONTENT_LENGTH", "0"))
    if not (told.isascii() and told.isdigit()):
        raise Malformed(400)
    if len(told) > 7 or (int(told) > LARGEST and not (int(told) <= sheets.LARGEST and _may_be_long(made))):
        raise Malformed(413)
    return int(told)


def _may_be_long(made: Environ) -> bool:
    """Whether an officer's browser, or a program of theirs, sends a sheet or a file."""
    if made["REQUEST_METHOD"] != "POST" or made["PATH_INFO"] not in sheets.ADDRESSES:
        return False
    http = Request(made, request_id="", address="")
    cookie = http.cookie(cookies.name(sheets.COOKIE)) or ""
    return sheets.may_come(http.path, cookie, http.header("Authorization"))


def chunks(data: bytes) -> tuple[bytes, bytes] | None:
    """The body of a chunked message and what follows it; ``None`` while its end is not here.

    Raises ``Malformed``, as soon as what is here cannot become a body.
    """
    parts: list[bytes] = []
    at = total = 0
    while True:
        line = _SIZE.match(data, at)
        if line is None:
            _may_go_on(data, at)
            return None
        size = int(line[0], 16)
        total += size
        if total > LARGEST:
            raise Malformed(413)
        end = line.end() + size
        if data[end : end + 2] not in (b"\r\n", b"\r", b""):
            raise Malformed(400)
        if len(data) < end + 2:
            _may_go_on(data, len(data))
            return None
        parts.append(data[line.end() : end])
        at = end + 2
        if size == 0:
            return b"".join(parts), data[at:]


def _may_go_on(data: bytes, at: int) -> None:
    """Refuse what no further bytes can make good."""
    rest = data[at : at + _LONGEST_SIZE]
    if len(data) > _LONGEST_ENCODED:
        raise Malformed(413)
    if len(rest) == _LONGEST_SIZE or not re.fullmatch(rb"[0-9A-Fa-f]{0,6}\r?", rest) or rest == b"\r":
        raise Malformed(400)
