"""Heads of requests: one form only is read, every other refused."""

import pytest

from idp.server import head
from idp.server.head import Malformed

LINE = b"GET /token?x=1 HTTP/1.1\r\n"


def made(fields: bytes = b"Host: id.example\r\n", line: bytes = LINE) -> head.Environ:
    return head.environ(line + fields, "192.0.2.1")


def test_an_honest_head_becomes_an_environment() -> None:
    environ = made(b"Host: id.example\r\nX-A:  b \t\r\nCookie: a=1\r\ncookie: b=2\r\nX-a: c\r\n")
    assert environ["REQUEST_METHOD"] == "GET"
    assert (environ["PATH_INFO"], environ["QUERY_STRING"]) == ("/token", "x=1")
    assert (environ["HTTP_HOST"], environ["REMOTE_ADDR"]) == ("id.example", "192.0.2.1")
    assert (environ["HTTP_X_A"], environ["HTTP_COOKIE"]) == ("b, c", "a=1; b=2")


def test_a_path_is_decoded_once() -> None:
    assert made(line=b"GET /a%20b%2500?%20 HTTP/1.0\r\n")["PATH_INFO"] == "/a b%00"


def test_one_request_leaves_nothing_to_the_next() -> None:
    made(b"Host: a\r\nX-Left: here\r\n")
    assert "HTTP_X_LEFT" not in made()


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET  / HTTP/1.1\r\n", 400), (b"GET /\r\n", 400), (b"GET / HTTP/1.1 \r\n", 400),
        (b"GET / HTTP/2.0\r\n", 400), (b"GET / http/1.1\r\n", 400), (b"GET\t/ HTTP/1.1\r\n", 400),
        (b"GET * HTTP/1.1\r\n", 400), (b"GET http://id.example/ HTTP/1.1\r\n", 400),
        (b"GET /#x HTTP/1.1\r\n", 400), (b"GET /\xe9 HTTP/1.1\r\n", 400), (b"GET /\x7f HTTP/1.1\r\n", 400),
        (b"G(T / HTTP/1.1\r\n", 501), (b"G" * 40 + b" / HTTP/1.1\r\n", 501),
        (b"GET /" + b"x" * 8190 + b" HTTP/1.1\r\n", 414),
    ],
)  # fmt: skip
def test_a_line_of_another_form_is_refused(line: bytes, status: int) -> None:
    with pytest.raises(Malformed) as refused:
        made(line=line)
    assert refused.value.status == status


@pytest.mark.parametrize(
    "fields",
    [
        b"Host : a\r\n", b" Host: a\r\n", b"Host\r\n", b": a\r\n", b"X: a\r\n b\r\n", b"X: a\nY: b\r\n",
        b"X: a\rY: b\r\n", b"X: \x00\r\n", b"X\x00: a\r\n", b"X: a\x7f\r\n", b"H\xf6st: a\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", b"Host: a\r\nHOST: a\r\n",
        b"Authorization: a\r\nAuthorization: b\r\n", b"Content-Length: 1\r\nContent-length: 1\r\n",
        b"Content-Type: a\r\nContent-Type: b\r\n", b"Origin: a\r\nOrigin: b\r\n", b"\r\nX: a\r\n",
    ],
)  # fmt: skip
def test_fields_of_another_form_are_refused(fields: bytes) -> None:
    for _ in range(2):
        with pytest.raises(Malformed) as refused:
            made(fields)
        assert refused.value.status == 400


def test_a_name_with_an_underscore_is_left_out() -> None:
    for _ in range(2):
        environ = made(b"X_Forwarded_For: a\r\nContent_Length: 7\r\n")
        assert not {"HTTP_X_FORWARDED_FOR", "CONTENT_LENGTH", "HTTP_CONTENT_LENGTH"} & set(environ)


def test_more_fields_than_anybody_honest_sends_are_refused() -> None:
    with pytest.raises(Malformed) as refused:
        made(b"X: a\r\n" * 101)
    assert refused.value.status == 431
