"""A citizen at the consent page of an invented portal."""

from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import clients
from clients import Client
from idp import sessions
from idp.consent import asks, views
from idp.pages import cookies
from tests.loginface import spooled
from tests.registrations import apply, entry
from tests.webface import citizen, csrf, face, log_in

__all__ = ["spooled"]

MARK = "b" * 43
SCOPES = ("openid", "profile", "phone", "profile.full")
RETURN_TO = "/authorize/continue/attempt"


@dataclass(kw_only=True)
class Citizen:
    """A person in front of a browser with a session."""

    browser: FlaskClient
    person_id: str
    session: sessions.Session
    ask: str = ""

    def asked(self, *scopes: str, purpose: str = "", item: str = "", client_id: str = "portal-a") -> str:
        """The portal asks; the HTML of the first screen."""
        self.ask = asks.start(
            browser=MARK,
            person_id=self.person_id,
            client_id=client_id,
            scopes=scopes or SCOPES,
            return_to=RETURN_TO,
            purpose=purpose,
            item=item,
        )
        return self.page().text

    def page(self) -> TestResponse:
        """The screen that comes next."""
        return self.browser.get(f"/consent/{self.ask}")

    def answers(self, decision: str, *provide: str, **changes: str) -> TestResponse:
        """Press a button of the screen shown, with these boxes ticked."""
        html = self.page().text
        form = {"csrf_token": csrf(html), "step": step(html), "decision": decision, "provide": list(provide)}
        return self.browser.post(f"/consent/{self.ask}", data=form | changes)

    def decision(self) -> asks.Decision | None:
        """What the authorize endpoint is told."""
        return asks.take_decision(self.ask, MARK)


def step(html: str) -> str:
    """The screen a page says it is."""
    return html.partition('name="step" value="')[2].partition('"')[0]


def portal(**changes: object) -> Client:
    """Register the portal, or change its registration."""
    values: dict[str, object] = {
        "sector": "good.example",
        "scopes": list(SCOPES),
        "legal_basis": {"profile.full": "separate_consent"},
    }
    apply(entry(**values | changes))
    clients.forget()
    found = clients.find("portal-a")
    assert found
    return found


@pytest.fixture
def client(spooled: None) -> Client:
    """A portal that asks for data of every kind."""
    return portal()


@pytest.fixture
def someone(client: Client) -> Citizen:
    """A citizen who is logged in."""
    browser = face(views.blueprint).test_client()
    person_id = citizen("张示范", "01010119900307019X", phone="13800001234")
    browser.set_cookie(cookies.name("browser"), MARK)
    return Citizen(browser=browser, person_id=person_id, session=log_in(browser, person_id))
