"""A second reader, llhttp, understands every request that ours lets through, and understands the same."""

from typing import Any

import httptools
from hypothesis import example, given, settings
from hypothesis import strategies as st

from idp.server import body, head
from idp.server.head import Malformed

#: Pieces of requests, honest and not; any of them may be put together.
LINES = st.sampled_from(
    [
        b"Host: a\r\n", b"Content-Length: 5\r\n", b"Content-Length: +5\r\n", b"Content-Length: 5 \r\n",
        b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"X: y\n",
        b"X: a\r\n b\r\n",
        b"Transfer-Encoding : chunked\r\n", b"X:\x0bchunked\r\n", b"X: \xff\r\n", b"X\x00: y\r\n", b": y\r\n",
        b"X:\r\n", b"X: a\rb\r\n", b"Expect: 100-continue\r\n", b"Connection: close\r\n", b"X \r\n",
    ]
)  # fmt: skip
FIRST = st.sampled_from(
    [
        b"POST /a HTTP/1.1\r\n", b"GET /a?b=%20 HTTP/1.0\r\n", b"GET //a HTTP/1.1\r\n", b"GET /a\r\n",
        b"POST /a HTTP/1.1\n", b"GET http://a/ HTTP/1.1\r\n", b"GET /\x7f HTTP/1.1\r\n",
        b"GET / HTTP/2.0\r\n",
    ]
)  # fmt: skip
BODIES = st.sampled_from(
    [
        b"", b"abcde", b"5\r\nabcde\r\n0\r\n\r\n", b"5\nabcde\n0\n\n", b"5;x\r\nabcde\r\n0\r\n\r\n",
        b"05\r\nabcde\r\n0\r\n\r\n", b"5\r\nabcde\r\n0\r\nX: y\r\n\r\n", b"0x5\r\nabcde\r\n0\r\n\r\n",
        b"0\r\n\r\n",
    ]
)  # fmt: skip


class Seen:
    """What llhttp understands of one request."""

    def __init__(self) -> None:
        self.parser = httptools.HttpRequestParser(self)
        self.target = self.body = b""
        self.whole = False

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_body(self, part: bytes) -> None:
        self.body += part

    def on_message_complete(self) -> None:
        self.whole = True


def ours(first: bytes, fields: bytes, rest: bytes) -> tuple[dict[str, Any], bytes] | None:
    """What we understand of a request; ``None`` when it is refused or not whole."""
    try:
        made = head.environ(first + fields, "192.0.2.1")
        length = body.length(made)
        if length is not None:
            return (made, rest) if len(rest) == length else None
        found = body.chunks(rest)
    except Malformed:
        return None
    return (made, found[0]) if found and not found[1] else None


@settings(max_examples=400, deadline=None)
@given(first=FIRST, lines=st.lists(LINES, max_size=4), rest=BODIES)
@example(
    first=b"POST /a HTTP/1.1\r\n", lines=[b"Transfer-Encoding: chunked\r\n"], rest=b"5\r\nabcde\r\n0\r\n\r\n"
)
@example(first=b"POST /a HTTP/1.1\r\n", lines=[b"Content-Length: 5\r\n"], rest=b"abcde")
def test_what_we_let_through_has_one_meaning(first: bytes, lines: list[bytes], rest: bytes) -> None:
    understood = ours(first, b"".join(lines), rest) if lines else None
    if understood is None:
        return
    made, content = understood
    seen = Seen()
    seen.parser.feed_data(first + b"".join(lines) + b"\r\n" + rest)
    assert seen.whole
    assert seen.body == content
    assert seen.parser.get_method().decode() == made["REQUEST_METHOD"]
    assert seen.target.startswith(made["PATH_INFO"].encode())
    assert f"HTTP/{seen.parser.get_http_version()}" == made["SERVER_PROTOCOL"]
