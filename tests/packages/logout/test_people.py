"""Stopping a person: everything ends, at once, whatever fails on the way and whoever comes in between."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from idp import persons, sessions, settings
from idp.base.errors import Rejected, Unavailable
from idp.divisions.division import HIGHEST
from idp.logout import jobs, people, queries, service
from idp.logout.people import Ended, Stopped, Unfinished
from idp.persons import cache
from idp.persons import service as registry
from idp.store import db, redis
from idp.tokens import queries as token_queries
from idp.tokens import service as token_service
from tests.actors import Person, citizen, decode, portal
from tests.conftest import MovableClock
from tests.records import events, one_event
from tests.sink import sink

OFFLINE = "openid offline_access"


def freeze(person_id: str) -> Stopped:
    return people.freeze(person_id, cause="court", operator="clerk")


def record_death(person_id: str) -> Stopped:
    return people.record_death(person_id, source="civil register", operator="clerk")


def close(person_id: str) -> Stopped:
    return people.close(person_id, cause="request", operator="clerk")


VERBS = [(freeze, "frozen"), (record_death, "deceased"), (close, "closed")]


class Busy:
    """Somebody with two logins, and with a portal that may come back without them."""

    def __init__(self, app: Flask, **of_portals: str) -> None:
        self.id = citizen()
        self.browsers = [Person(app), Person(app)]
        for browser in self.browsers:
            browser.log_in(self.id)
        self.tax = portal("tax", scopes=("openid", "profile", "offline_access"), **of_portals)
        self.bound = self.browsers[0].tokens(self.tax)
        self.offline = self.browsers[1].tokens(self.tax, scope=OFFLINE)

    @property
    def http(self) -> Person:
        return self.browsers[0]

    def refresh(self, made: dict[str, Any]) -> tuple[int, str]:
        form = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
        answer = self.http.token(self.tax, form)
        return answer.status_code, (answer.json or {}).get("error", "")

    def told(self, made: dict[str, Any]) -> int:
        headers = {"Authorization": f"Bearer {made['access_token']}"}
        return self.http.get("/userinfo", headers=headers).status_code

    def introspected(self, made: dict[str, Any]) -> dict[str, Any]:
        answer = self.http.post("/introspect", {"token": made["access_token"]}, headers=self.tax.basic)
        return dict(answer.json or {})

    @property
    def silent_answers(self) -> list[str]:
        """Where a re-entry of each browser leads that may show no page."""
        return [browser.authorize(self.tax, prompt="none").location for browser in self.browsers]

    def is_out(self) -> bool:
        """Whether nothing that was given to the person works any more."""
        over = ((400, "invalid_grant"), 401, {"active": False})
        given = (self.bound, self.offline)
        return all(
            (self.refresh(made), self.told(made), self.introspected(made)) == over for made in given
        ) and all("error=login_required" in where for where in self.silent_answers)


@pytest.fixture
def busy(app: Flask, stores: None) -> Busy:
    return Busy(app)


@pytest.mark.parametrize(("verb", "status"), VERBS)
def test_whatever_stops_a_person_ends_all_that_was_given(
    busy: Busy, verb: Callable[[str], Stopped], status: str
) -> None:
    assert busy.introspected(busy.offline)["active"] is True
    assert all("code=" in where for where in busy.silent_answers)
    stopped = verb(busy.id)
    person = persons.read(busy.id)
    assert person is not None
    assert (person.status, person.active) == (status, False)
    assert stopped == Stopped(anew=True, ended=Ended(sessions=2, grants=1))
    assert sessions.of_person(busy.id) == []
    assert busy.is_out()


@pytest.mark.parametrize(("verb", "status"), VERBS)
def test_the_stop_and_every_end_are_on_record(
    busy: Busy, verb: Callable[[str], Stopped], status: str
) -> None:
    kind = {"frozen": "person.freeze", "deceased": "person.death", "closed": "person.close"}[status]
    with one_event(kind), one_event("token.revoke"):
        verb(busy.id)
    killed = events("session.kill")
    assert [(event.person, event.reason) for event in killed] == [(busy.id, f"the person is {status}")] * 2
    assert events("token.revoke")[-1].client == "tax"


@pytest.mark.parametrize(("verb", "status"), VERBS)
def test_a_person_who_is_stopped_may_be_stopped_so_again(
    busy: Busy, verb: Callable[[str], Stopped], status: str
) -> None:
    verb(busy.id)
    sessions.start(busy.id, 3, ("pwd",), address="192.0.2.1", agent="test")
    before = len(events(f"person.{status}"))
    assert verb(busy.id) == Stopped(anew=False, ended=Ended(sessions=1, grants=0))
    assert sessions.of_person(busy.id) == []
    assert len(events(f"person.{status}")) == before


def test_the_dead_and_the_closed_cannot_be_frozen_and_the_frozen_not_closed(busy: Busy) -> None:
    other = citizen("01010119900307019X", "张试")
    record_death(other)
    with pytest.raises(Rejected, match=r"person\.status"):
        freeze(other)
    freeze(busy.id)
    with pytest.raises(Rejected, match=r"person\.status"):
        close(busy.id)
    with pytest.raises(Rejected, match=r"person\.unknown"):
        freeze("nobody")
    assert record_death(busy.id).anew is True


def test_every_portal_entered_is_told_and_one_with_an_offline_grant_even_long_after(
    app: Flask, stores: None
) -> None:
    with sink() as bound, sink() as kept:
        me, person_id = Person(app), citizen()
        me.log_in(person_id)
        one = portal("one", backchannel_logout_uri=bound.uri)
        two = portal("two", backchannel_logout_uri=kept.uri, scopes=("openid", "offline_access"))
        me.tokens(two, scope=OFFLINE)
        redis.call("FLUSHALL")
        me.log_in(person_id)
        entered = me.tokens(one)
        freeze(person_id)
        assert jobs.deliver_due() == 2
        (first,) = (decode(form["logout_token"][0]) for form in bound.forms)
        (second,) = (decode(form["logout_token"][0]) for form in kept.forms)
    assert (first["sub"], first["sid"]) == tuple(decode(entered["id_token"])[name] for name in ("sub", "sid"))
    assert "sid" not in second
    assert second["sub"]


def test_only_the_person_named_is_out(app: Flask, busy: Busy) -> None:
    other = Person(app)
    other.log_in(citizen("01010119900307019X", "张试"))
    made = other.tokens(busy.tax, scope=OFFLINE)
    freeze(busy.id)
    assert busy.refresh(made) == (200, "")
    assert "code=" in other.authorize(busy.tax, prompt="none", scope=OFFLINE).location


def test_without_redis_the_account_is_stopped_and_the_worker_ends_the_rest(
    busy: Busy, test_settings: settings.Settings, time_travel: MovableClock
) -> None:
    redis.open("unix:///nowhere/valkey.sock")
    with pytest.raises(Unfinished):
        freeze(busy.id)
    person = persons.read(busy.id)
    assert person is not None
    assert person.status == "frozen"
    with pytest.raises(Unavailable):
        people.unfreeze(busy.id, cause="cleared", rank=HIGHEST)
    redis.open(test_settings.cache_url)
    assert jobs.end_stopped() == 0, "it was not left to whoever began it"
    time_travel.advance(5)
    assert jobs.end_stopped() == 1
    assert busy.is_out()
    assert jobs.end_stopped() == 0


@pytest.mark.parametrize("step", ["end_all", "tell", "end_grants", "strike_ending"])
@pytest.mark.parametrize("before", [True, False])
def test_whichever_step_fails_the_same_verb_ends_the_rest(
    busy: Busy, monkeypatch: pytest.MonkeyPatch, step: str, *, before: bool
) -> None:
    place: Any = people if step == "end_grants" else service
    real = getattr(place, step)

    def fail(*args: Any, **kwargs: Any) -> None:
        if not before:
            real(*args, **kwargs)
        raise Unavailable("database")

    with monkeypatch.context() as patch:
        patch.setattr(place, step, fail)
        with pytest.raises(Unfinished):
            freeze(busy.id)
    assert [row.person_id for row in queries.endings(2**40, 9)] == (
        [] if _struck(step, before) else [busy.id]
    )
    assert freeze(busy.id).anew is False
    assert busy.is_out()
    assert queries.endings(2**40, 9) == []


def _struck(step: str, before: bool) -> bool:
    return step == "strike_ending" and not before


def test_a_stop_that_is_refused_promises_nothing(busy: Busy) -> None:
    record_death(busy.id)
    with pytest.raises(Rejected):
        freeze(busy.id)
    assert queries.endings(2**40, 9) == []


def test_an_unfrozen_person_logs_in_anew_and_has_nothing_of_before(busy: Busy) -> None:
    freeze(busy.id)
    with one_event("person.unfreeze"):
        people.unfreeze(busy.id, cause="cleared", operator="clerk", rank=HIGHEST)
    assert busy.is_out()
    busy.http.log_in(busy.id)
    made = busy.http.tokens(busy.tax)
    assert busy.told(made) == 200
    assert busy.introspected(made)["active"] is True


def test_unfreezing_ends_first_what_was_left_undone(busy: Busy) -> None:
    registry.freeze(busy.id, cause="court")
    people.unfreeze(busy.id, cause="cleared", rank=HIGHEST)
    assert busy.is_out()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_code_that_is_redeemed_while_the_person_is_stopped_gives_nothing(
    busy: Busy, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    code = busy.http.code_for(busy.tax, scope=OFFLINE)
    real = token_service._begin_offline

    def begin(*args: Any) -> None:
        if moment == "before":
            freeze(busy.id)
        real(*args)
        if moment == "after":
            freeze(busy.id)

    with monkeypatch.context() as patch:
        patch.setattr(token_service, "_begin_offline", begin)
        answer = busy.http.token(busy.tax, busy.tax.token_form(code))
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_grant")
    assert db.fetch_all(token_queries.offline_portals(busy.id)) == []


def test_a_code_that_is_redeemed_between_two_ends_gives_nothing(
    busy: Busy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were offline grants ended before sessions, this one would be begun in a session and never end."""
    code = busy.http.code_for(busy.tax, scope=OFFLINE)
    answered: list[int] = []

    def end(person_id: str) -> int:
        ended = token_service.end_grants(person_id)
        answered.append(busy.http.token(busy.tax, busy.tax.token_form(code)).status_code)
        return ended

    monkeypatch.setattr(people, "end_grants", end)
    freeze(busy.id)
    assert answered == [400]
    assert db.fetch_all(token_queries.offline_portals(busy.id)) == []


def test_a_person_who_is_not_active_is_remembered_by_no_process(busy: Busy) -> None:
    freeze(busy.id)
    found = persons.find(busy.id)
    assert found is not None
    assert cache.get(busy.id, lambda _: None) is None


def test_a_demand_of_a_new_proof_ends_all_that_rests_on_the_old_one(busy: Busy) -> None:
    with one_event("person.level"):
        stopped = people.demand_proof(busy.id, cause="court", operator="clerk", source="case 7")
    assert stopped == Stopped(anew=True, ended=Ended(sessions=2, grants=1))
    person = persons.read(busy.id)
    assert person is not None
    assert (person.active, person.ial) == (True, 0)
    assert busy.is_out()
    assert queries.endings(2**40, 10) == []
    assert people.demand_proof(busy.id, cause="court", operator="clerk").anew is False


def test_what_a_lapsed_level_held_ends_when_the_store_is_back(
    busy: Busy, monkeypatch: pytest.MonkeyPatch, time_travel: MovableClock
) -> None:
    def away(*_: object, **__: object) -> int:
        raise Unavailable("redis")

    with monkeypatch.context() as patch:
        patch.setattr(service, "end_all", away)
        with pytest.raises(Unfinished):
            people.demand_proof(busy.id, cause="court", operator="clerk")
    assert len(sessions.of_person(busy.id)) == 2
    time_travel.advance(60)
    assert jobs.end_stopped() == 1
    assert sessions.of_person(busy.id) == []
    assert busy.is_out()
    assert {event.reason for event in events("session.kill")} == {"the person is unproven"}
