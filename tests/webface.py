"""The web face alone, for tests of pages: an application with the frame and the blueprints under test."""

import re
from html import unescape

from flask import Blueprint, Flask
from flask.testing import FlaskClient

from idp import pages, persons, sessions
from idp.pages import cookies
from idp.persons import service as registry


def face(*blueprints: Blueprint) -> Flask:
    """An application with these pages; it shows error pages as production does."""
    app = Flask("idp")
    pages.init_app(app)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    return app


def citizen(name: str = "张示范", number: str = "010101199001011233", *, phone: str | None = None) -> str:
    """Register a synthetic person; the person's id."""
    return registry.register(full_name=name, id_number=with_check_digit(number[:17]), phone_number=phone)


def with_check_digit(first: str) -> str:
    """A citizen number from its first 17 digits (GB 11643-1999 §4.1.4)."""
    total = sum(int(digit) * (2 ** (17 - at) % 11) for at, digit in enumerate(first))
    return first + "10X98765432"[total % 11]


def log_in(browser: FlaskClient, person_id: str) -> sessions.Session:
    """Give the browser a session of the person."""
    cookie, session = sessions.start(person_id, 2, ("pwd",), address="127.0.0.1", agent="Test/1")
    browser.set_cookie(cookies.name("sid"), cookie)
    return session


def found(person_id: str) -> persons.Person:
    """The person, who exists."""
    person = persons.find(person_id)
    assert person
    return person


def csrf(html: str) -> str:
    """The token of a page's first form."""
    match = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert match, "the page has no form"
    return unescape(match[1])
