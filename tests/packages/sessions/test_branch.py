"""A session that another one lets in."""

import pytest

from idp import sessions, settings
from idp.sessions import Participant
from idp.sessions.store import key
from idp.store import redis
from tests.actors import Person, citizen
from tests.conftest import MovableClock

ENTERED = Participant(since=1, consent="c", scopes=("openid",), organization=None)


@pytest.fixture
def parent(me: Person) -> sessions.Session:
    return me.log_in(citizen("010101199003070181", "李示"), methods=("pwd", "otp"))


def test_it_knows_the_person_as_surely_and_nothing_more(
    parent: sessions.Session, time_travel: MovableClock
) -> None:
    time_travel.advance(100)
    made = sessions.branch(parent, "kiosk", ENTERED, address="192.0.2.7", lifetime=600)
    assert made.id != parent.id
    assert (made.person_id, made.amr, made.auth_time, made.level) == (
        parent.person_id,
        parent.amr,
        parent.auth_time,
        parent.level,
    )
    assert (made.address, made.portal, dict(made.participants)) == ("192.0.2.7", "kiosk", {"kiosk": ENTERED})
    assert made in sessions.of_person(parent.person_id)
    assert parent.portal == ""


def test_no_cookie_opens_it(parent: sessions.Session) -> None:
    made = sessions.branch(parent, "kiosk", ENTERED, address="", lifetime=600)
    for secret in ("", "x" * 43, parent.id):
        assert sessions.find(f"{made.id}.{secret}") is None


def test_it_ends_by_itself_and_apart(parent: sessions.Session, time_travel: MovableClock) -> None:
    made = sessions.branch(parent, "kiosk", ENTERED, address="", lifetime=600)
    sessions.end(parent)
    assert [one.id for one in sessions.of_person(made.person_id)] == [made.id]
    assert 590 < int(redis.call("TTL", key(made.id))) <= 600


def test_it_lives_no_longer_than_any_session(parent: sessions.Session) -> None:
    made = sessions.branch(parent, "kiosk", ENTERED, address="", lifetime=10**9)
    assert int(redis.call("TTL", key(made.id))) <= settings.current().session_absolute


def test_its_portal_may_end_it_and_no_other_session(parent: sessions.Session) -> None:
    made = sessions.branch(parent, "kiosk", ENTERED, address="", lifetime=600)
    sessions.end_branch(made.id, "other")
    sessions.end_branch(parent.id, "kiosk")
    assert {one.id for one in sessions.of_person(parent.person_id)} == {parent.id, made.id}
    sessions.end_branch(made.id, "kiosk")
    sessions.end_branch(made.id, "kiosk")
    assert [one.id for one in sessions.of_person(parent.person_id)] == [parent.id]
