"""Groups F and K at the login: companies that are not yours, planted cookies, weak sessions."""

import pytest

from idp import login, sessions
from idp.base import clock
from idp.login import attempts
from idp.organizations import service as companies
from idp.pages import cookies
from idp.persons import service as registry
from tests.loginface import Browser, events, from_one_address, someone, spooled

__all__ = ["from_one_address", "spooled"]
pytestmark = pytest.mark.usefixtures("spooled", "from_one_address")

BOTH = ("natural", "legal")


def test_f22_another_company_in_the_form_is_denied_to_the_portal() -> None:
    person = someone()
    mine = companies.register(uscc="91010101MA01DEM07P", name="示范甲一")
    others = companies.register(uscc="91010102MA02TERT4M", name="示范甲二")
    companies.add_representative(mine, person.id)
    browser = Browser()
    browser.begin(subject_types=BOTH)
    browser.identify()
    browser.password()
    assert "示范甲二" not in browser.look().text
    browser.send("choice", identity=others, organization=others)
    attempt = attempts.peek(browser.attempt)
    assert attempt
    assert (attempt.outcome, attempt.organization) == ("cancelled", None)
    assert browser.arrived
    (denied,) = events("delegation.deny")
    assert (denied.person, denied.outcome) == (person.id, "refused")
    assert events("context.choose") == []


def test_f22_a_power_that_ended_is_asked_for_again() -> None:
    person = someone()
    mine = companies.register(uscc="91010101MA01DEM07P", name="示范甲一")
    companies.add_representative(mine, person.id)
    browser = Browser()
    browser.begin(subject_types=BOTH)
    browser.identify()
    browser.password()
    browser.send("choice", identity=mine)
    assert browser.arrived
    companies.set_status(mine, "revoked")
    attempt = attempts.peek(browser.attempt)
    assert attempt
    assert login.decide(browser.session, attempt.requirement, clock.now()).missing == "choose"


def test_k01_a_planted_session_cookie_is_worth_nothing_after_the_login() -> None:
    someone()
    browser = Browser()
    planted = "A" * 22 + "." + "B" * 43
    browser.client.set_cookie(cookies.name("sid"), planted)
    browser.log_in()
    assert browser.cookie != planted
    assert sessions.find(planted) is None


def test_k01_the_cookie_changes_at_every_authentication() -> None:
    someone()
    browser = Browser()
    browser.log_in()
    first = browser.cookie
    browser.begin(fresh=True)
    browser.password()
    assert browser.cookie != first
    assert sessions.find(first) is None
    assert browser.session is not None


def test_k24_a_weak_session_does_not_slip_into_a_strong_portal() -> None:
    person = someone()
    registry.set_level(person.id, 3, method="window", source="test")
    browser = Browser()
    browser.log_in()
    assert browser.session is not None
    assert login.decide(browser.session, login.Requirement(level=1), clock.now()).missing == "none"
    assert login.decide(browser.session, login.Requirement(level=3), clock.now()).missing == "second_factor"
    browser.begin(level=3)
    assert not browser.arrived
