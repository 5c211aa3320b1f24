"""A citizen with a password at the account pages."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import pyotp
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from idp import authenticators, sessions
from idp.account.views import blueprint
from idp.base.secret import Secret
from idp.pages import cookies
from tests.loginface import spooled
from tests.webface import citizen, csrf, face, found, log_in

__all__ = ["spooled"]

PASSWORD = "correct horse battery staple"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"


@dataclass(kw_only=True)
class Citizen:
    """A person in front of a browser with a session."""

    browser: FlaskClient
    person_id: str
    session: sessions.Session

    def page(self, path: str) -> str:
        """The HTML of an account page."""
        answer = self.browser.get(f"/account/{path}")
        assert answer.status_code == 200
        return answer.text

    def posts(self, path: str, form: Mapping[str, str] | None = None) -> TestResponse:
        """Post a form of the account pages."""
        token = csrf(self.browser.get("/account/password").text)
        return self.browser.post(f"/account/{path}", data={"csrf_token": token, **(form or {})})

    def live(self) -> sessions.Session | None:
        """The session the browser's cookie opens now."""
        cookie = self.browser.get_cookie(cookies.name("sid"))
        return sessions.find(cookie.value if cookie else None)

    def elsewhere(self) -> sessions.Session:
        """Another login of the same person."""
        return sessions.start(self.person_id, 2, ("pwd",), address="10.1.2.3", agent=CHROME)[1]

    def generator(self) -> pyotp.TOTP:
        """Set up a one-time-code generator."""
        secret, _ = authenticators.totp.begin(found(self.person_id).name_masked)
        totp = pyotp.TOTP(secret.reveal())
        assert authenticators.totp.confirm(self.person_id, Secret(secret.reveal()), totp.at(int(time.time())))
        return totp


@pytest.fixture
def someone(spooled: None) -> Citizen:
    """A citizen who is logged in."""
    browser = face(blueprint).test_client()
    person_id = citizen("张示范", "01010119900307019X", phone="13800001234")
    authenticators.password.set(person_id, PASSWORD)
    return Citizen(browser=browser, person_id=person_id, session=log_in(browser, person_id))
