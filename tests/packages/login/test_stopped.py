"""Logging in while an account is being stopped, and after."""

import time
from typing import Any

import pytest

from idp import persons, sessions
from idp.login import entry
from idp.logout import people
from idp.persons import cache
from idp.persons import service as registry
from tests.loginface import NUMBER, PASSWORD, Browser, events, someone, spooled, with_generator
from tests.webface import csrf

__all__ = ["spooled"]
pytestmark = pytest.mark.usefixtures("spooled")

#: What a process remembers that has not heard of the change.
STALE = pytest.mark.parametrize("stale", [True, False])


def stop(person_id: str, monkeypatch: pytest.MonkeyPatch, *, stale: bool) -> None:
    """Freeze somebody; ``stale``: from another process, so that this one still remembers an active person."""
    persons.find(person_id)
    with monkeypatch.context() as patch:
        if stale:
            patch.setattr(cache, "drop", lambda person_id: None)
        people.freeze(person_id, cause="test")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_whoever_is_stopped_while_a_session_begins_has_none(
    monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    person = someone()
    real = sessions.start

    def start(*args: Any, **kwargs: Any) -> Any:
        if moment == "before":
            people.freeze(person.id, cause="test")
        begun = real(*args, **kwargs)
        if moment == "after":
            people.freeze(person.id, cause="test")
        return begun

    monkeypatch.setattr(entry.sessions, "start", start)
    browser = Browser()
    browser.begin()
    browser.identify()
    assert browser.password().status_code == 403
    assert browser.session is None
    assert sessions.of_person(person.id) == []
    assert events("login.success") == []


@STALE
def test_a_half_done_login_is_not_finished(monkeypatch: pytest.MonkeyPatch, *, stale: bool) -> None:
    person = someone()
    generator = with_generator(person)
    browser = Browser()
    browser.log_in()
    token = _token(browser)
    stop(person.id, monkeypatch, stale=stale)
    form = {"csrf_token": token, "step": "totp", "code": generator.at(int(time.time()) + 30)}
    assert browser.client.post(f"/login/{browser.attempt}", data=form).status_code == 403
    assert browser.session is None
    assert sessions.of_person(person.id) == []


@STALE
def test_the_password_of_a_stopped_person_opens_nothing(
    monkeypatch: pytest.MonkeyPatch, *, stale: bool
) -> None:
    person = someone()
    stop(person.id, monkeypatch, stale=stale)
    browser = Browser()
    browser.log_in(NUMBER, PASSWORD)
    assert "密码不正确" in browser.look().text
    assert browser.session is None


@STALE
def test_a_stopped_person_does_not_go_on_by_showing_the_password_again(
    monkeypatch: pytest.MonkeyPatch, *, stale: bool
) -> None:
    person = someone()
    browser = Browser()
    browser.log_in()
    assert browser.arrived
    browser.begin(fresh=True)
    token = _token(browser)
    stop(person.id, monkeypatch, stale=stale)
    form = {"csrf_token": token, "step": "password", "password": PASSWORD}
    browser.client.post(f"/login/{browser.attempt}", data=form)
    assert browser.session is None
    assert sessions.of_person(person.id) == []


def _token(browser: Browser) -> str:
    return csrf(browser.look().text)


def test_whoever_loses_the_level_while_a_session_begins_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    person = someone()
    registry.set_level(person.id, 3, method="registry_match", source="test")
    real = sessions.start

    def start(*args: Any, **kwargs: Any) -> Any:
        people.demand_proof(person.id, cause="test")
        return real(*args, **kwargs)

    monkeypatch.setattr(entry.sessions, "start", start)
    browser = Browser()
    browser.begin()
    browser.identify()
    assert browser.password().status_code == 403
    assert browser.session is None
    assert sessions.of_person(person.id) == []
    assert events("login.success") == []
