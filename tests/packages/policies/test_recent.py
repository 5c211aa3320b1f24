"""Entries of the last days: those of the division, newest first, by index, never too many."""

import re

import pytest

from idp import audit
from idp.audit import jobs
from idp.divisions import NATION
from idp.policies import recent
from idp.policies.recent import DAYS, Recent
from idp.policies.whatif import Visit
from idp.store import db
from tests.actors import portal
from tests.conftest import MovableClock
from tests.officers import CITY, OTHER_CITY, OTHER_PROVINCE, PROVINCE, grow_tree
from tests.packages.admin.test_many import plan, statements

pytestmark = pytest.mark.usefixtures("stores")


def enter(client: str, times: int = 1, **told: object) -> None:
    for n in range(times):
        members = {"person": f"p{n}", "session": f"s{n}", "scope": "openid profile", "level": 2} | told
        audit.record("authz.grant", client=client, **members)  # type: ignore[arg-type]


def visits(division: str = NATION, *, ages: bool = False, **bounds: float) -> list[Visit]:
    jobs.ship()
    return [one for piece in Recent(division, **bounds).visits(ages=ages) for one in piece]  # type: ignore[arg-type]


def test_an_entry_tells_what_policies_look_at() -> None:
    portal("tax")
    enter("tax", item="DEMO-ITEM-0001", organization="o1", level=3)
    audit.record("authz.reject", client="tax", outcome="refused")
    (found,) = visits()
    assert found.person == "p0"
    assert found.entry.client == "tax"
    assert found.entry.item == "DEMO-ITEM-0001"
    assert (found.entry.scopes, found.entry.level, found.entry.legal) == ("openid profile", 3, True)
    assert found.age is None


def test_only_what_happened_in_the_division_or_below_is_read() -> None:
    grow_tree()
    for count, (name, division) in enumerate(
        (
            ("nation", NATION),
            ("province", PROVINCE),
            ("city", CITY),
            ("sister", OTHER_CITY),
            ("far", OTHER_PROVINCE),
        ),
        start=1,
    ):
        portal(name, division=division)
        enter(name, count)
    assert len(visits()) == 15
    assert {one.entry.client for one in visits(PROVINCE)} == {"province", "city", "sister"}
    assert len(visits(CITY)) == 3
    assert visits("010101") == []


def test_what_is_older_than_the_days_is_not_read(time_travel: MovableClock) -> None:
    portal("tax")
    enter("tax", 3)
    time_travel.advance(DAYS * 86_400 + 1)
    enter("tax", 2)
    assert len(visits()) == 2


def test_the_newest_are_read_and_no_more_than_so_many(time_travel: MovableClock) -> None:
    portal("tax")
    enter("tax", 4, level=1)
    time_travel.advance(3600)
    enter("tax", 4, level=3)
    jobs.ship()
    reading = Recent(NATION, most=4)
    assert [one.entry.level for piece in reading.visits() for one in piece] == [3] * 4
    assert reading.bound == "entries"
    whole = Recent(NATION, most=9)
    assert sum(len(piece) for piece in whole.visits()) == 8
    assert whole.bound == ""
    assert whole.since < reading.since


def test_whoever_waits_does_not_wait_for_more_than_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "PIECE", 3)
    portal("tax")
    enter("tax", 7)
    jobs.ship()
    reading = Recent(NATION, patience=0)
    assert sum(len(piece) for piece in reading.visits(ages=True)) == 3
    assert reading.bound == "time"
    assert len(visits()) == 7


def test_the_age_of_a_login_is_known_from_its_own_event(time_travel: MovableClock) -> None:
    portal("tax")
    audit.record("login.success", person="p0", session="s0", level=2)
    time_travel.advance(600)
    audit.record("login.success", person="p1", session="s1", level=2)
    time_travel.advance(60)
    enter("tax", 3)
    assert {one.person: one.age for one in visits(ages=True)} == {"p0": 660, "p1": 60, "p2": None}


def test_every_statement_goes_by_an_index() -> None:
    grow_tree()
    portal("city", division=CITY)
    enter("city", 5)
    jobs.ship()
    for division in (NATION, PROVINCE, CITY):
        with statements() as made:
            assert list(Recent(division).visits(ages=True))
        assert made
        for statement, parameters in made:
            found = plan(statement, parameters)
            if db.writing_engine().dialect.name == "sqlite":
                assert re.search(r"SEARCH audit_event USING .*INDEX", found), found
                assert "SCAN audit_event" not in found, found
