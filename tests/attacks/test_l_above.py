"""What a higher level stopped, no lower one lets in again; who stands as high, or above, may."""

import pytest
from flask import Flask

import clients
from idp import persons
from idp.divisions import NATION, Reach
from idp.persons import service as registry
from tests.applying import in_force
from tests.officers import CITY, PROVINCE, Officer, landed
from tests.programs import program
from tests.records import events, nothing_changed, one_event

pytestmark = pytest.mark.usefixtures("stores")

PORTAL, NUMBER = "/admin/clients/portal-a", "010101198504123013"
GUARD = "security_administrator"


def enabled() -> bool:
    clients.forget()
    found = clients.find("portal-a")
    assert found
    return found.enabled


def stop(who: Officer) -> None:
    assert landed(who.post(f"{PORTAL}/suspend", {"cause": "泄露数据"}, page=PORTAL)) == PORTAL


@pytest.mark.parametrize("first", [NATION, PROVINCE])
def test_l13_a_portal_that_the_nation_stopped_comes_back_by_the_nation(app: Flask, first: str) -> None:
    """Also when a province had stopped it before: the highest word counts."""
    in_force()
    nation, province = Officer(app, GUARD), Officer(app, GUARD, division=PROVINCE)
    if first == PROVINCE:
        stop(province)
    stop(nation)
    with one_event("admin.deny"), nothing_changed():
        refused = province.post(f"{PORTAL}/resume", page=PORTAL)
    assert refused.status_code == 403
    assert "只能由上级恢复" in refused.text
    stop(province)
    caller = program(app, "admin:clients:suspend", division=PROVINCE)
    with nothing_changed():
        answer = caller.call("PUT", "/clients/portal-a/standing", {"enabled": True})
    assert (answer.status_code, (answer.json or {})["code"]) == (403, "stopped.above")
    assert not enabled()
    assert landed(nation.post(f"{PORTAL}/resume", page=PORTAL)) == PORTAL
    assert enabled()


def test_l13_what_a_province_stopped_the_nation_or_it_lets_in(app: Flask) -> None:
    in_force()
    province = Officer(app, GUARD, division=PROVINCE)
    for who in (Officer(app, GUARD), province):
        stop(province)
        assert not enabled()
        assert landed(who.post(f"{PORTAL}/resume", page=PORTAL)) == PORTAL
        assert enabled()


def test_l13_an_account_that_the_nation_froze_is_unfrozen_by_the_nation(app: Flask) -> None:
    city, nation = (Officer(app, GUARD, division=place) for place in (CITY, NATION))
    person_id = registry.register(full_name="张示范", id_number=NUMBER, service_region=CITY)

    def file(who: Officer) -> str:
        grounds = {"case": "12345-2026-0007", "reason": "本人来电，手机丢失", "number": NUMBER}
        return landed(who.post("/admin/people", grounds, page="/admin/people"))

    def status() -> str:
        found = persons.read(person_id)
        assert found
        return found.status

    page = file(nation)
    nation.post(f"{page}/freeze", page=page)
    assert status() == "frozen"
    below = file(city)
    assert city.post(f"{below}/unfreeze", page=below).status_code == 403
    assert status() == "frozen"
    assert events("person.unfreeze") == []
    nation.post(f"{page}/unfreeze", page=page)
    assert status() == "active"
    for who in (city, nation):
        mine = file(city)
        city.post(f"{mine}/freeze", page=mine)
        theirs = file(who)
        who.post(f"{theirs}/unfreeze", page=theirs)
        assert status() == "active"


def test_l13_a_department_stands_below_its_division_and_above_those_within() -> None:
    places = (
        Reach(division=NATION), Reach(division=NATION, department="a"), Reach(division=PROVINCE),
        Reach(division=PROVINCE, department="b"), Reach(division=CITY),
    )  # fmt: skip
    ranks = [place.rank for place in places]
    assert ranks == sorted(set(ranks))
    assert ranks[0] == 0
