"""A browser at the login pages, and the people who log in, for tests of the login."""

import hashlib
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from idp import authenticators, login, persons, sessions, settings
from idp.audit import Event, set_request, spool
from idp.base.secret import Secret
from idp.login.views import blueprint as login_pages
from idp.pages import cookies
from idp.persons import Person
from tests.webface import citizen, csrf, face

PASSWORD = "correct horse battery staple"
NUMBER = "01010119900307019X"
#: Nobody has this number.
ABSENT = "010101199003070181"


def someone(number: str = NUMBER, *, password: str | None = PASSWORD, phone: str | None = None) -> Person:
    """A synthetic person with a password."""
    person_id = citizen("张示", number, phone=phone)
    if password is not None:
        authenticators.password.set(person_id, password)
    found = persons.find(person_id)
    assert found
    return found


def with_generator(person: Person) -> pyotp.TOTP:
    """Give the person a one-time-code generator; the code it was proved with is spent."""
    secret, _ = authenticators.totp.begin(person.name_masked)
    generator = pyotp.TOTP(secret.reveal())
    assert authenticators.totp.confirm(person.id, Secret(secret.reveal()), generator.at(int(time.time())))
    return generator


@pytest.fixture
def spooled(stores: None, test_settings: settings.Settings, tmp_path: Path) -> Iterator[None]:
    """Empty stores and an empty audit spool."""
    settings.use(test_settings.model_copy(update={"var_dir": tmp_path}))
    spool.close()
    yield
    spool.close()
    settings.use(test_settings)


@pytest.fixture
def no_hashing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that reached the hash; none is right."""
    seen: list[str] = []

    def check(person_id: str | None, password: str) -> bool:
        seen.append(password)
        return False

    monkeypatch.setattr(authenticators.password, "check", check)
    return seen


@pytest.fixture
def from_one_address() -> None:
    """What comes from here on comes from one address."""
    set_request("", "192.0.2.1")


def events(kind: str) -> list[Event]:
    """The spooled events of a kind, oldest first."""
    lines = (
        line
        for path in sorted((settings.current().var_dir / "spool").glob("*.events"))
        for line in path.read_bytes().splitlines()
    )
    return [event for line in lines if (event := Event.parse(line)).kind == kind]


def bare(page: TestResponse) -> str:
    """A page without what differs by chance: attempt ids, form tokens."""
    text = re.sub(r'name="csrf_token" value="[^"]+"', "", page.text)
    return re.sub(r"/login(/|%2F)[A-Za-z0-9_-]{43}", "/login/attempt", text)


class Browser:
    """One browser, and the login attempt it is at."""

    def __init__(self, mark: str = "browser one") -> None:
        self.client: FlaskClient = face(login_pages).test_client()
        self.mark = hashlib.sha256(mark.encode()).hexdigest()[:43]
        self.client.set_cookie(cookies.name("browser"), self.mark)
        self.attempt = ""

    def begin(self, return_to: str = "/authorize/continue/{attempt}", **asked: Any) -> str:
        """Start an attempt that asks for this."""
        client_id = asked.get("client_id", "portal")
        requirement = login.Requirement(**{"client_id": client_id, **asked})
        self.attempt = login.attempts.start(
            browser=self.mark,
            return_to=return_to,
            requirement=requirement,
            client_id=client_id,
            params={"request": {"redirect_uri": "https://portal.example/cb"}},
        )
        return self.attempt

    def look(self) -> TestResponse:
        """The attempt's page as it is now."""
        return self.client.get(f"/login/{self.attempt}")

    def send(self, step: str = "", **fields: str) -> TestResponse:
        """Post a form of the current page."""
        page = self.look()
        form = {"csrf_token": csrf(page.text), "step": step, **fields}
        return self.client.post(f"/login/{self.attempt}", data=form)

    def identify(self, identifier: str = NUMBER) -> TestResponse:
        """Fill in the first page."""
        return self.send("identifier", identifier=identifier)

    def password(self, password: str = PASSWORD) -> TestResponse:
        """Fill in the password page."""
        return self.send("password", password=password)

    def code(self, code: str) -> TestResponse:
        """Fill in the one-time code."""
        return self.send("totp", code=code)

    def log_in(self, identifier: str = NUMBER, password: str = PASSWORD) -> TestResponse:
        """Identifier and password of a fresh attempt; the page after."""
        self.begin()
        self.identify(identifier)
        self.password(password)
        return self.look()

    @property
    def cookie(self) -> str | None:
        """The session cookie's value."""
        held = self.client.get_cookie(cookies.name("sid"))
        return held.value if held and held.value else None

    @property
    def session(self) -> sessions.Session | None:
        """The session this browser is in."""
        return sessions.find(self.cookie)

    @property
    def arrived(self) -> bool:
        """Whether the attempt leads back to the portal."""
        answer = self.look()
        return answer.status_code == 303 and answer.location == f"/authorize/continue/{self.attempt}"
