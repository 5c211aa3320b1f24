"""Attack book, group O: the form of a request, and what an answer tells."""

import re
import socket
from urllib.parse import urlencode

import pytest

from tests.site import Site, statuses

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: %s\r\n\r\n"


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0;\n\r\n",
        b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
        b"Content-Length: +5\r\n\r\nabcde",
        b"Content-Length: 0x5\r\n\r\nabcde",
        b"Content-Length: 5, 5\r\n\r\nabcde",
        b"Content-Length: -1\r\n\r\n",
        # RFC 9112 §2.2 lets a single line feed end a line; what stands behind it is seen and judged.
        b"X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"X: y\r\n\tz: w\r\n\r\n",
        b"X\x00: y\r\n\r\n",
        b"X: y\x00\r\n\r\n",
        b": y\r\n\r\n",
        b"X y\r\n\r\n",
    ],
)
def test_o07_ambiguous_framing_is_refused_and_the_connection_closed(site: Site, headers: bytes) -> None:
    sent = b"POST /token HTTP/1.1\r\nHost: " + site.host + b"\r\n" + headers
    got = site.raw(sent + SMUGGLED.replace(b"%s", site.host))
    seen = statuses(got)
    assert b"smuggled" not in got
    assert len(seen) <= 1, got
    assert not seen or 400 <= seen[0] < 500 or seen[0] == 501, got


def test_o07_an_honest_body_in_chunks_is_read_and_ends_where_it_says(site: Site) -> None:
    head = b"POST /token HTTP/1.1\r\nHost: " + site.host
    head += b"\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
    following = b"GET /jwks HTTP/1.1\r\nHost: " + site.host + b"\r\n\r\n"
    got = site.raw(head + b"6\r\ngrant_\r\n6\r\ntype=x\r\n0\r\n\r\n" + following)
    assert statuses(got) == [400, 200]
    assert b"unsupported_grant_type" in got


def test_o07_a_flood_of_empty_lines_costs_nobody_anything(site: Site) -> None:
    following = b"GET /jwks HTTP/1.1\r\nHost: " + site.host + b"\r\n\r\n"
    assert statuses(site.raw(b"\r\n" * 4000 + following)) == [200]


def test_o07_two_honest_requests_in_one_packet_are_two(site: Site) -> None:
    one = b"GET /jwks HTTP/1.1\r\nHost: " + site.host + b"\r\n\r\n"
    assert statuses(site.raw(one + one)) == [200, 200]


def test_o07_a_body_of_a_get_is_not_the_next_request(site: Site) -> None:
    inner = SMUGGLED.replace(b"%s", site.host)
    head = b"GET /jwks HTTP/1.1\r\nHost: " + site.host + b"\r\nContent-Length: %d\r\n\r\n" % len(inner)
    got = site.raw(head + inner)
    assert b"smuggled" not in got
    assert len(statuses(got)) == 1


def test_o07_head_is_answered_without_a_body(site: Site) -> None:
    one = b"HEAD /authorize?client_id=nobody HTTP/1.1\r\nHost: " + site.host + b"\r\n\r\n"
    two = b"GET /livez HTTP/1.1\r\nHost: " + site.host + b"\r\n\r\n"
    got = site.raw(one + two)
    assert statuses(got) == [400, 200]
    assert b"<html" not in got


@pytest.mark.parametrize(
    "target",
    [
        b"//evil.example/x",
        b"/x y",
        b"*",
        b"evil",
        b"/\xff\xfe",
        b"/%00",
        b"/" + b"x" * 20000,
        b"/?" + b"x" * 20000,
    ],
    ids=["slashes", "space", "asterisk", "bare", "bytes", "nul", "long path", "long query"],
)
def test_o07_a_strange_target_is_refused(site: Site, target: bytes) -> None:
    got = site.raw(b"GET " + target + b" HTTP/1.1\r\nHost: " + site.host + b"\r\n\r\n")
    assert not got or 300 <= statuses(got)[0] < 500, got
    assert b"Location: //" not in got
    assert b"Traceback" not in got


@pytest.mark.parametrize("verb", ["TRACE", "CONNECT", "PROPFIND", "FOO", "get", "G" * 300])
def test_o21_unknown_verbs_are_refused(site: Site, verb: str) -> None:
    for path in ("/token", "/authorize", "/", "/login"):
        got = site.raw(
            f"{verb} {path} HTTP/1.1\r\nHost: {site.host.decode()}\r\nX-Secret: s3cret\r\n\r\n".encode()
        )
        assert not got or statuses(got)[0] in (400, 404, 405, 414, 421, 501), got
        assert b"s3cret" not in got


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /none HTTP/1.1\r\nHost: %s\r\n\r\n",
        b"GET /token?debug=1 HTTP/1.1\r\nHost: %s\r\n\r\n",
        b"POST /login/x HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n",
        b"POST /token HTTP/1.1\r\nHost: %s\r\nContent-Length: 99999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: 00000000000000000001\r\n\r\nx",
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: %s\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_o18_no_error_tells_how_we_are_built(site: Site, sent: bytes) -> None:
    got = site.raw(sent.replace(b"%s", site.host), seconds=1.5)
    assert not re.search(rb"(?i)gunicorn|granian|werkzeug|flask|python|hyper|traceback|sqlite", got), got
    assert not got or 400 <= statuses(got)[0] < 500


def test_o18_r33_too_much_is_refused_before_it_is_read(site: Site) -> None:
    head = b"POST /token HTTP/1.1\r\nHost: " + site.host + b"\r\nContent-Type: text/plain\r\n"
    huge = site.raw(head + b"Content-Length: 104857600\r\n\r\n")
    assert statuses(huge) == [413]
    long_header = b"GET / HTTP/1.1\r\nHost: " + site.host + b"\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n"
    with socket.create_connection(("127.0.0.1", site.served.port), timeout=3) as line:
        try:
            line.sendall(long_header)
            got = line.recv(4096)
        except ConnectionError:
            got = b""
    assert not got or statuses(got)[0] in (400, 431)
    many = b"".join(b"X-%d: y\r\n" % n for n in range(5000))
    got = site.raw(b"GET / HTTP/1.1\r\nHost: " + site.host + b"\r\n" + many + b"\r\n")
    assert not got or statuses(got)[0] in (400, 431)
    form = urlencode({f"p{n}": "v" for n in range(5000)})
    assert site.post("/token", {"x": form[:60000]}).status == 400


def test_o20_pages_are_isolated_from_whoever_opened_them(site: Site) -> None:
    for path in ("/", "/none", "/login/none"):
        page = site.get(path)
        assert page.header("cross-origin-opener-policy") == "same-origin"
        assert page.header("cross-origin-resource-policy") == "same-origin"
        assert "target=" not in page.text or "noopener" in page.text
