"""A portal entered while its session is being ended hears of it, or was never entered."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from idp import logout, sessions
from idp.base.errors import Unavailable
from idp.logout import queries, service
from idp.sessions import Participant, Session
from tests.actors import portal

URI = "https://{}.example.gov/backchannel"
PARTICIPANT = Participant(since=1, consent="x", scopes=("openid",), organization=None)


def begun(person: str = "person-1") -> Session:
    return sessions.start(person, 2, ("pwd",), address="192.0.2.1", agent="test")[1]


def told(session: Session) -> set[str]:
    return {row.client_id for row in queries.of_session(session.id)}


@pytest.fixture(autouse=True)
def _portals(stores: None) -> None:
    for client_id in ("early", "late"):
        portal(client_id, backchannel_logout_uri=URI.format(client_id))


def test_a_portal_entered_after_the_session_was_read_is_told() -> None:
    session = begun()
    assert sessions.enter(session, "late", PARTICIPANT)
    assert session.participants == {}
    assert logout.end(session, reason="test") == {"late"}
    assert told(session) == {"late"}
    assert sessions.of_person(session.person_id) == []


def test_a_portal_entered_after_the_promises_is_promised_before_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = begun()
    sessions.enter(session, "early", PARTICIPANT)
    (read,) = sessions.of_person(session.person_id)
    promise = service._promise

    def and_then_somebody_enters(ending: list[Session], **why: Any) -> None:
        promise(ending, **why)
        assert sessions.enter(read, "late", PARTICIPANT)

    monkeypatch.setattr(service, "_promise", and_then_somebody_enters)
    assert logout.end_all(session.person_id, reason="test") == 1
    assert told(session) == {"early", "late"}
    assert sessions.of_person(session.person_id) == []


def test_a_session_goes_on_when_a_late_portal_cannot_be_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    session = begun()
    sessions.enter(session, "late", PARTICIPANT)

    def away(*_: object) -> None:
        raise Unavailable("database")

    monkeypatch.setattr(service, "tell", away)
    with pytest.raises(Unavailable):
        logout.end(session, reason="test")
    assert [found.id for found in sessions.of_person(session.person_id)] == [session.id]


def test_a_portal_that_is_no_longer_entered_holds_nothing_up() -> None:
    session = begun()
    sessions.enter(session, "early", PARTICIPANT)
    (read,) = sessions.of_person(session.person_id)
    sessions.forget_participant(session.person_id, "early")
    logout.end(read, reason="test")
    assert sessions.of_person(session.person_id) == []


def test_of_portals_that_meet_the_end_each_is_told_or_was_not_entered() -> None:
    names = [f"portal-{number}" for number in range(7)]
    for name in names:
        portal(name, backchannel_logout_uri=URI.format(name))
    began = time.perf_counter()
    logout.end(begun("person-0"), reason="test")
    step = (time.perf_counter() - began) / len(names)
    outcomes = set()
    for turn in range(1, 61):
        session, barrier = begun(f"person-{turn}"), Barrier(len(names) + 1)

        pause = step * turn / 4  # one after another, slower each turn, so that some come too late

        def enter(
            at: int, session: Session = session, barrier: Barrier = barrier, pause: float = pause
        ) -> bool:
            barrier.wait()
            time.sleep(at * pause)
            return sessions.enter(session, names[at], PARTICIPANT)

        def end(session: Session = session, barrier: Barrier = barrier) -> None:
            barrier.wait()
            logout.end(session, reason="test")

        with ThreadPoolExecutor(len(names) + 1) as pool:
            entered = pool.map(enter, range(len(names)))
            pool.submit(end).result()
            known = {name for name, was in zip(names, entered, strict=True) if was}
        assert told(session) == known
        assert sessions.of_person(session.person_id) == []
        outcomes.add(len(known))
        if turn > 20 and len(outcomes) > 1:
            break
    assert len(outcomes) > 1, f"the end met nobody: always {outcomes}"
