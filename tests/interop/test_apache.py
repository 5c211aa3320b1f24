"""mod_auth_openidc of Apache: what stands in front of a portal that knows nothing of OpenID Connect."""

import json
import time
from collections.abc import Iterator
from urllib.parse import quote, urlencode, urljoin

import pytest

from tests.interop import apache
from tests.interop.browserless import Browser, visit
from tests.interop.portal import Portal
from tests.wire import Answer, exchange

pytestmark = pytest.mark.skipif(bool(apache.missing()), reason=apache.missing() or "Apache is here")


@pytest.fixture(scope="module")
def portal(secured_portals: dict[str, Portal]) -> Iterator[Portal]:
    """The portal whose pages Apache guards."""
    portal = secured_portals["apache"]
    with apache.running(portal):
        yield portal


def _get(browser: Browser, url: str) -> Answer:
    answer = exchange(browser.open(url))
    browser.keep_cookies(url, answer)
    return answer


def _enter(portal: Portal, browser: Browser) -> str:
    """A visitor asks for a guarded page, logs in and gets it; the subject that Apache hands to the page."""
    page = urljoin(portal.redirect_uri, "/matter")
    back = _get(browser, portal.log_in(browser, page))
    assert (back.status, back.header("location")) == (302, page)
    shown = _get(browser, page)
    assert (shown.status, shown.body) == (200, b"a matter")
    return shown.header("x-visitor")


def _held(portal: Portal, browser: Browser) -> dict[str, object]:
    """What Apache holds of the visitor's login."""
    return dict(json.loads(_get(browser, f"{portal.redirect_uri}?info=json").body))


def test_apache_logs_in_refreshes_and_logs_out(portal: Portal) -> None:
    browser = Browser()
    subject = _enter(portal, browser)
    first = _held(portal, browser)
    assert first["userinfo"]["sub"] == first["id_token"]["sub"] == subject
    page = urljoin(portal.redirect_uri, "/matter")
    asked = urlencode({"refresh": page, "access_token": first["access_token"]})
    assert _get(browser, f"{portal.redirect_uri}?{asked}").header("location") == page
    assert _held(portal, browser)["access_token"] != first["access_token"]
    goodbye = portal.post_logout_redirect_uri
    assert portal.log_out(browser, f"{portal.redirect_uri}?logout={quote(goodbye, safe='')}") == goodbye
    assert _get(browser, page).status == 302


def test_apache_ends_its_session_when_the_server_says_so(portal: Portal) -> None:
    """OpenID Connect Back-Channel Logout §2.8: the browser itself tells Apache nothing."""
    browser, page = Browser(), urljoin(portal.redirect_uri, "/matter")
    _enter(portal, browser)
    visit(browser, f"{portal.issuer}/end_session", portal.visitor, f"{portal.issuer}/logout/done")
    deadline = time.monotonic() + 20
    while _get(browser, page).status == 200:
        assert time.monotonic() < deadline, "Apache was not told"
        time.sleep(0.05)
