"""A session that another one lets in."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from idp import sessions, settings
from idp.base.errors import Rejected
from idp.logout import service
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


def test_a_session_that_was_ended_lets_nobody_in(parent: sessions.Session) -> None:
    sessions.end(parent)
    before = redis.call("DBSIZE")
    with pytest.raises(Rejected) as refused:
        sessions.branch(parent, "kiosk", ENTERED, address="", lifetime=600)
    assert (refused.value.code, refused.value.status) == ("AUTH-007", 403)
    assert redis.call("DBSIZE") == before
    assert sessions.of_person(parent.person_id) == []


def test_who_is_let_in_while_all_is_being_ended_is_ended_too(
    parent: sessions.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list was read before the device was let in, and the session that let it in ended after."""
    real = sessions.of_person

    def read_too_early(person_id: str) -> list[sessions.Session]:
        monkeypatch.setattr(sessions, "of_person", real)
        found = real(person_id)
        sessions.branch(parent, "kiosk", ENTERED, address="", lifetime=600)
        return found

    monkeypatch.setattr(sessions, "of_person", read_too_early)
    assert service.end_all(parent.person_id, reason="test") == 2
    assert real(parent.person_id) == []


def test_of_many_that_let_places_in_while_all_is_being_ended_none_leaves_a_session(me: Person) -> None:
    person_id = citizen("010101199003070181", "李示")
    for _ in range(15):
        parents = [me.log_in(person_id) for _ in range(2)]
        together = Barrier(5)

        def let_in(parent: sessions.Session, together: Barrier = together) -> None:
            together.wait(10)
            for number in range(5):
                try:
                    sessions.branch(parent, f"kiosk-{number}", ENTERED, address="", lifetime=600)
                except Rejected:
                    return

        def end(together: Barrier = together) -> None:
            together.wait(10)
            service.end_all(person_id, reason="test")

        with ThreadPoolExecutor(5) as pool:
            acts: list[Callable[[], object]] = [end, *(lambda one=one: let_in(one) for one in parents * 2)]
            for done in [pool.submit(act) for act in acts]:
                done.result()
        assert sessions.of_person(person_id) == []
