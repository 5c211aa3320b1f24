"""Policies as a way in: a slip or a wish that lowers what is asked, a level that rules another."""

import json
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import text

from idp import policies
from idp.base.errors import Rejected
from idp.divisions import Reach
from idp.policies import Faulty, service
from idp.store import db
from tests.actors import Person, Portal, citizen, portal, query
from tests.officers import CITY, OTHER_CITY, PROVINCE, grow_tree
from tests.policies import EVERYWHERE, branding, catalogue, item, publish, rules
from tests.records import events, nothing_changed, one_event

pytestmark = pytest.mark.usefixtures("stores")


@pytest.fixture
def office(stores: None) -> Portal:
    """A portal of a city, whose item asks for two factors and names alone."""
    grow_tree()
    publish("items", catalogue(LICENCE_1=item(level=3, scopes=["profile"])), PROVINCE)
    return portal("office", division=CITY, scopes=("openid", "profile", "realname", "age"))


@pytest.fixture
def weak(app: Flask, stores: None) -> Person:
    """A citizen with a password alone."""
    me = Person(app)
    me.log_in(citizen())
    return me


@pytest.mark.parametrize(
    "code",
    ["LICENCE-2", "licence-1", "LICENCE-1.", "LICENCE-l", "LICENCE_1", "LICENCE-1\n", "ＬICENCE-1", " "],
)
def test_a_code_that_is_nearly_one_lowers_no_level(weak: Person, office: Portal, code: str) -> None:
    with nothing_changed(), one_event("authz.reject"):
        answer = weak.authorize(office, item_code=code)
    assert query(answer.location)["error"] == "invalid_request"


def test_two_items_are_not_one_that_is_easy(weak: Person, office: Portal) -> None:
    publish("items", catalogue(LICENCE_1=item(level=3, scopes=["profile"]), EASY=item()), PROVINCE)
    both = urlencode([*office.request(item_code="EASY").items(), ("item_code", "LICENCE-1")])
    with nothing_changed():
        answer = weak.get(f"/authorize?{both}")
    assert answer.status_code == 400
    licences = portal("licences", division=CITY, authorization_details_types=("elicense_read",))
    detail = {
        "type": "elicense_read", "licence_type": "x", "item_code": "LICENCE-1", "case_id": "C",
        "purpose": "用途",
    }  # fmt: skip
    asked = {"authorization_details": json.dumps([detail]), "item_code": "EASY", "prompt": "none"}
    assert query(weak.authorize(licences, **asked).location)["error"] == "login_required"
    assert not events("authz.grant")


def test_an_easy_acr_and_a_long_max_age_ease_no_policy(weak: Person, office: Portal) -> None:
    publish("rules", rules(max_age=60), PROVINCE)
    answer = weak.authorize(office, item_code="LICENCE-1", acr_values="l1", max_age="86400")
    assert answer.location.startswith("/login/")
    assert not events("authz.grant")


def test_scopes_and_claims_do_not_widen_an_item(app: Flask, office: Portal) -> None:
    me = Person(app)
    me.log_in(citizen(), methods=("pwd", "otp"))
    claims = json.dumps({"userinfo": {"name": {"essential": True}, "age_over_18": None}})
    tokens = me.tokens(office, scope="openid profile realname age", claims=claims, item_code="LICENCE-1")
    assert tokens["scope"] == "openid profile"
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert not {"name", "age_over_18"} & (me.get("/userinfo", headers=bearer).json or {}).keys()
    form = {
        "grant_type": "refresh_token",
        "refresh_token": tokens["refresh_token"],
        "scope": "openid realname",
    }
    assert "realname" not in str((me.token(office, form).json or {}).get("scope", ""))


@pytest.mark.parametrize(
    "members",
    [{"level": 1}, {"scopes": ["*"]}, {"scopes": ["profile", "realname"]}, {"level": 2, "scopes": []}],
)
def test_a_city_does_not_loosen_what_its_province_says(office: Portal, members: dict[str, object]) -> None:
    theirs = {**item(level=3, scopes=["profile"]), **members}
    with nothing_changed(), pytest.raises(Faulty):
        service.draft(
            "items", CITY, catalogue(LICENCE_1=theirs), base=0, operator="x", reach=Reach(division=CITY)
        )
    found = policies.current().at(CITY).item("LICENCE-1")
    assert found is not None
    assert (found.level, found.scopes) == (3, ("profile",))


def test_a_draft_that_was_good_is_judged_again_when_the_province_tightened(office: Portal) -> None:
    looser = catalogue(LICENCE_1=item(level=3, scopes=["profile"]))
    draft = service.draft("items", CITY, looser, base=0, operator="x", reach=EVERYWHERE)
    publish("items", catalogue(LICENCE_1=item(level=4, scopes=["profile"])), PROVINCE)
    with nothing_changed(), pytest.raises(Faulty):
        service.publish(draft, why="照旧", expected=0, operator="x", reach=EVERYWHERE)


def test_an_undone_version_loosens_nothing_that_is_above(office: Portal) -> None:
    publish("items", catalogue(LICENCE_1=item(level=3, scopes=["profile"])), CITY)
    publish("items", catalogue(LICENCE_1=item(level=4, scopes=["profile"])), CITY)
    publish("items", catalogue(LICENCE_1=item(level=4, scopes=[])), PROVINCE)
    service.undo("items", CITY, 2, why="太严", expected=2, operator="x", reach=EVERYWHERE)
    found = policies.current().at(CITY).item("LICENCE-1")
    assert found is not None
    assert (found.level, found.scopes) == (4, ())


def test_a_city_says_nothing_for_its_neighbour(weak: Person, office: Portal) -> None:
    publish("items", catalogue(ONLY_HERE=item()), CITY)
    publish("branding", branding(name="示范市政务", name_en="Demo City"), CITY)
    neighbour = portal("neighbour", division=OTHER_CITY)
    assert query(weak.authorize(neighbour, item_code="ONLY-HERE").location)["error"] == "invalid_request"
    assert "示范市政务" not in weak.get(weak.authorize(neighbour, prompt="login").location).text
    with pytest.raises(Rejected) as refused:
        service.draft("rules", OTHER_CITY, rules(), base=0, operator="x", reach=Reach(division=CITY))
    assert refused.value.status == 404


def test_a_policy_that_was_damaged_opens_nothing(weak: Person, office: Portal) -> None:
    with db.writing_engine().begin() as connection:
        connection.execute(text("UPDATE policy_version SET document = :junk"), {"junk": b"junk"})
    policies.forget()
    with one_event("policy.unreadable"):
        assert weak.authorize(office, item_code="LICENCE-1").status_code == 503
    assert weak.authorize(office).status_code == 503
    elsewhere = portal("elsewhere", division="020000")
    assert weak.code_for(elsewhere)


def test_the_reason_of_a_change_stands_in_no_log_and_no_event(office: Portal) -> None:
    publish("rules", rules(min_level=2), PROVINCE, why="因张示一案临时收紧")
    assert events("policy.change")
    assert not [one for one in events() if "张示" in one.detail + one.reason]
