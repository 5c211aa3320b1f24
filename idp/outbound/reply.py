"""What came back, read to a bound."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPResponse

from idp.outbound.failures import Unreachable

_MAX_AGE = re.compile(r"(?:^|[ ,])max-age=\"?([0-9]{1,9})\"?(?=$|[ ,])", re.IGNORECASE | re.ASCII)
_UNCACHED = re.compile(r"(?:^|[ ,])no-(?:store|cache)(?=$|[ ,=])", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer; ``max_age`` is what its sender says about keeping it, ``None`` when nothing."""

    status: int
    media_type: str = ""
    body: bytes = b""
    etag: str = ""
    max_age: int | None = None


def read(response: HTTPResponse, *, accept: Sequence[str], largest: int) -> Reply:
    """The answer with a body of at most ``largest`` bytes, of a media type that was asked for."""
    media_type = response.headers.get_content_type() if "Content-Type" in response.headers else ""
    reply = Reply(
        status=response.status,
        media_type=media_type,
        etag=_etag(response.headers.get("ETag", "")),
        max_age=_max_age(", ".join(response.headers.get_all("Cache-Control", []))),
    )
    if response.status != 200 or not largest:
        return reply
    if media_type not in accept:
        raise Unreachable("the answer is of another media type")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        # What is small when packed may be large when opened; nothing we fetch needs it.
        raise Unreachable("the answer is compressed")
    body = response.read(largest + 1)
    if len(body) > largest:
        raise Unreachable("the answer is too large")
    if response.length:
        raise Unreachable("the answer broke off")
    return Reply(status=200, media_type=media_type, body=body, etag=reply.etag, max_age=reply.max_age)


def _etag(text: str) -> str:
    return text if len(text) <= 128 and text.isascii() and text.isprintable() else ""


def _max_age(cache_control: str) -> int | None:
    """Seconds an answer may be kept (RFC 9111 §5.2.2)."""
    if _UNCACHED.search(cache_control):
        return 0
    found = _MAX_AGE.search(cache_control)
    return int(found[1]) if found else None
