"""openid-client of npm at a counter: its visitors log in on their own phones (RFC 8628, CIBA Core 1.0)."""

import re
import time
from urllib.parse import urljoin

import pytest

from tests import node
from tests.interop.browserless import Browser, Stuck
from tests.interop.portal import Portal
from tests.interop.program import in_node
from tests.wire import Answer, Request, exchange

pytestmark = pytest.mark.skipif(bool(node.missing()), reason=node.missing() or "node is here")


def _say_yes(portal: Portal, phone: Browser, start: Request, **typed: str) -> str:
    """Log in where asked, approve, agree to the data, until a page asks nothing more; its text."""
    request = start
    for _ in range(20):
        answer = exchange(request)
        phone.keep_cookies(request.url, answer)
        if answer.status in (302, 303):
            request = phone.open(urljoin(request.url, answer.header("location")))
        elif (following := _yes(portal, phone, request.url, answer, typed)) is None:
            return answer.text
        else:
            request = following
    raise Stuck("the pages have no end")


def _yes(portal: Portal, phone: Browser, url: str, page: Answer, typed: dict[str, str]) -> Request | None:
    for decision in ("approve", "agree"):
        try:
            return phone.fill_in(url, page, {**portal.visitor, **typed, "decision": decision})
        except Stuck:
            continue
    return None


def _put_before(portal: Portal, phone: Browser) -> str:
    """The address of the request that the worker puts before the person."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        page = exchange(phone.open(f"{portal.issuer}/account/requests"))
        if found := re.search(r'href="(/approvals/[^"]+)"', page.text):
            return portal.issuer + found[1]
        time.sleep(0.1)
    raise AssertionError("nobody was asked")


def test_openid_client_is_let_in_by_a_code_and_by_a_call(secured_portals: dict[str, Portal]) -> None:
    portal, phone = secured_portals["counter"], Browser()
    with in_node("elsewhere.js", portal.authority) as program:
        codes = program.begin(portal)
        assert codes["scanned"] == f"{codes['address']}?user_code={codes['user_code']}"
        end = _say_yes(portal, phone, phone.open(codes["address"]), user_code=codes["user_code"])
        assert 'data-decided="approved"' in end
        held = program.tell(binding_message="3号窗口 核验码 58")
        assert held["type"] == "dpop"
        assert held["person"]["sub"] == held["claims"]["sub"]
        end = _say_yes(portal, phone, phone.open(_put_before(portal, phone)))
        assert 'data-decided="approved"' in end
        called = program.tell()
        assert called["again"]["sub"] == held["claims"]["sub"]
        assert called["refused"] == "invalid_grant"
