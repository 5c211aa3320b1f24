"""OpenID Connect Back-Channel Logout 1.0 §2.5, §2.8: delivery, and what follows when it fails."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from idp import logout, sessions, settings
from idp.logout import jobs, queries
from tests.actors import Person, portal
from tests.conftest import MovableClock
from tests.postgres import free_port
from tests.records import events, one_event
from tests.sink import answers, sink


def promised(person: Person, uri: str) -> str:
    """Enter a portal and log out; the session that has ended."""
    person.tokens(portal("tax", backchannel_logout_uri=uri))
    cookie = person.http.get_cookie("sid", domain="127.0.0.1")
    session = sessions.find(cookie.value if cookie else None)
    assert session is not None
    logout.end(session, reason="test")
    return session.id


def state(session_id: str) -> tuple[str, int, str]:
    (row,) = queries.of_session(session_id)
    return row.status, row.attempts, row.outcome


@pytest.mark.parametrize("status", [200, 204])
def test_section_2_8_a_portal_that_answers_well_is_told_once(me: Person, status: int) -> None:
    with sink(answers(status)) as at:
        session = promised(me, at.uri)
        with one_event("logout.delivered"):
            jobs.deliver_due()
        jobs.deliver_due()
        assert len(at.forms) == 1
    assert state(session) == ("delivered", 1, str(status))


@pytest.mark.parametrize("status", [400, 500, 503])
def test_section_2_8_a_portal_that_answers_badly_is_told_again_later(
    me: Person, time_travel: MovableClock, status: int
) -> None:
    with sink(answers(status)) as at:
        session = promised(me, at.uri)
        jobs.deliver_due()
        jobs.deliver_due()
        assert len(at.forms) == 1, "it was told again at once"
        for attempt, wait in enumerate((5, 10, 20, 40), start=2):
            time_travel.advance(wait)
            jobs.deliver_due()
            assert len(at.forms) == attempt
    assert state(session) == ("waiting", 5, str(status))


def test_each_attempt_carries_a_fresh_token(me: Person, time_travel: MovableClock) -> None:
    with sink(answers(500)) as at:
        promised(me, at.uri)
        jobs.deliver_due()
        time_travel.advance(10)
        jobs.deliver_due()
        one, two = (form["logout_token"][0] for form in at.forms)
    assert one != two


def test_a_portal_that_is_away_is_given_up_after_all_attempts_and_that_is_recorded(
    me: Person, time_travel: MovableClock
) -> None:
    session = promised(me, f"http://127.0.0.1:{free_port()}/logout")
    for _ in range(settings.current().logout_attempts):
        assert state(session)[0] == "waiting"
        jobs.deliver_due()
        time_travel.advance(3600)
    assert state(session) == ("failed", settings.current().logout_attempts, "ConnectionRefusedError")
    (event,) = events("logout.failed")
    assert (event.client, event.outcome) == ("tax", "failed")
    assert jobs.deliver_due() == 0


def test_a_promise_survives_a_restart_and_a_flush(me: Person) -> None:
    from idp.store import redis

    with sink() as at:
        promised(me, at.uri)
        redis.call("FLUSHALL")
        jobs.deliver_due()
        assert len(at.forms) == 1


def test_of_many_workers_one_tells(me: Person) -> None:
    with sink() as at:
        promised(me, at.uri)
        with ThreadPoolExecutor(6) as pool:
            made = sum(pool.map(lambda _: jobs.deliver_due(), range(6)))
        assert (made, len(at.forms)) == (1, 1)


def test_the_session_has_ended_whether_portals_hear_of_it_or_not(me: Person) -> None:
    session_id = promised(me, f"http://127.0.0.1:{free_port()}/logout")
    jobs.deliver_due()
    assert me.get("/account/").location.startswith("/login/")
    page = me.get(f"/logout/done/{session_id}")
    assert "税务服务门户" in page.text
