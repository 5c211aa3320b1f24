"""mozilla-django-oidc: a portal made with Django, which renews its logins silently (``prompt=none``)."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.interop.browserless import Browser
from tests.interop.django_portal import open_site
from tests.interop.portal import Portal


@pytest.fixture(scope="session")
def site(secured_portals: dict[str, Portal]) -> Client:
    """The portal; Django has one in a process."""
    return open_site(secured_portals["django"])


@pytest.fixture
def visitor(site: Client) -> Iterator[Client]:
    """A visitor who was never here."""
    yield site
    site.cookies.clear()


@pytest.fixture
def portal(secured_portals: dict[str, Portal]) -> Portal:
    """What its developer was told."""
    return secured_portals["django"]


def _back(portal: Portal, browser: Browser, visitor: Client, address: str) -> str:
    """Take the visitor to the server and back; where the portal sends the browser next."""
    home = "https://" + urlsplit(portal.redirect_uri).netloc
    return str(
        visitor.get(portal.log_in(browser, address).removeprefix(home), secure=True).headers["Location"]
    )


def _enter(portal: Portal, browser: Browser, visitor: Client) -> str:
    """The visitor asks for a page and logs in; the subject the portal knows the visitor by."""
    asked = visitor.get("/matter", secure=True)
    start = visitor.get(asked.headers["Location"], secure=True)
    assert _back(portal, browser, visitor, start.headers["Location"]) == "/matter"
    return str(visitor.get("/matter", secure=True).json()["subject"])


def _grow_old(visitor: Client) -> str:
    """The login is due to be renewed; the address at which the library asks for it."""
    session = visitor.session
    session["oidc_id_token_expiration"] = 0
    session.save()
    address = str(visitor.get("/matter", secure=True).headers["Location"])
    assert parse_qs(urlsplit(address).query)["prompt"] == ["none"]
    return address


def test_django_logs_in_renews_silently_and_logs_out(portal: Portal, visitor: Client) -> None:
    browser = Browser()
    subject = _enter(portal, browser, visitor)
    assert _back(portal, browser, visitor, _grow_old(visitor)) == "/matter"
    assert visitor.get("/matter", secure=True).json()["subject"] == subject
    leave = visitor.post("/oidc/logout/", secure=True).headers["Location"]
    assert portal.log_out(browser, leave) == portal.post_logout_redirect_uri
    assert visitor.get("/matter", secure=True).status_code == 302
    assert _enter(portal, browser, visitor) == subject, "the same person is the same account again"


def test_django_forgets_a_visitor_who_left_elsewhere(portal: Portal, visitor: Client) -> None:
    browser = Browser()
    _enter(portal, browser, visitor)
    hint = visitor.session["oidc_id_token"]
    portal.log_out(
        browser,
        f"{portal.issuer}/end_session?id_token_hint={hint}"
        f"&post_logout_redirect_uri={portal.post_logout_redirect_uri}",
    )
    assert _back(portal, browser, visitor, _grow_old(visitor)) == "/"
    assert "_auth_user_id" not in visitor.session
