"""Attack book, group O: cookies that a neighbour domain planted."""

import re

import pytest

from tests.site import Site, statuses


def visit(site: Site, cookies: int, length: int, path: str = "/", method: str = "GET") -> bytes:
    """What a browser sees that sends so many cookies of the parent domain beside one of ours."""
    planted = "; ".join([*(f"evil{n}={'x' * length}" for n in range(cookies)), "sid=mine"])
    head = f"{method} {path} HTTP/1.1\r\nHost: {site.host.decode()}\r\nCookie: {planted}\r\n"
    return site.raw(head.encode() + b"Content-Length: 0\r\n\r\n")


def body(got: bytes) -> str:
    return got.partition(b"\r\n\r\n")[2].decode()


@pytest.mark.parametrize(("cookies", "length"), [(2, 4000), (7, 4000), (10, 8000), (150, 4000)])
def test_o19_who_is_buried_in_cookies_is_told_how_to_get_out(site: Site, cookies: int, length: int) -> None:
    got = visit(site, cookies, length)
    assert statuses(got) == [431]
    assert "清除本网站" in body(got)
    assert re.search(rb"(?i)content-type: text/html", got)
    assert re.search(rb"(?i)frame-ancestors 'none'", got)
    assert b"xxxx" not in got


def test_o19_our_own_cookies_are_cleared_where_the_head_can_be_read(site: Site) -> None:
    got = visit(site, 7, 4000)
    cleared = re.findall(rb"(?i)set-cookie: (\w+)=;[^\r]*max-age=0", got)
    assert {b"sid", b"browser", b"web"} <= {*cleared}


def test_o19_afterwards_and_for_everybody_else_the_server_is_as_before(site: Site) -> None:
    visit(site, 150, 4000)
    assert statuses(visit(site, 2, 40)) == [200]
    assert site.tokens()["access_token"]
