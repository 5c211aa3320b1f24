"""Policies as a way in: a slip or a wish that lowers what is asked, a level that rules another."""

import json
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import text

from idp import policies
from idp.announcements.announcement import leads_away
from idp.base.errors import Rejected
from idp.divisions import Reach
from idp.policies import Faulty, documents, service
from idp.policies.kinds.items import ITEMS, MANDATE_KINDS, MOST_ITEMS, SCOPE_NAMES
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
    with nothing_changed(), one_event("policy.change"), pytest.raises(Faulty):
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


@pytest.mark.parametrize(
    "members",
    [
        {"name": "统一 身份认证"},
        {"name": "统一身份·认证中心"},
        {"name": "統一身份認證平台"},
        {"name": "统一认证平台"},
        {"name_en": "Identity & Authentication"},
        {"name_en": "Single-Sign On"},
        {"name_en": "Unified Login"},
        {"name": "示范省 （）"},
        {"name": "请拨0571-8888 1234"},
        {"hours": "138-0000-0000"},
        {"hours": "1 3 8 0 0 0 0 0 0 0 0"},
        {"hours": "１３８００００００００"},
        {"hours": "登录evil.vip"},
        {"hours": "登录 evil。com"},
    ],
)
def test_l08_a_branding_is_not_nearly_the_platform_and_calls_nobody(
    stores: None, members: dict[str, str]
) -> None:
    grow_tree()
    said = {"name": "示范市政务", "name_en": "City", "hours": "9时至17时", "hours_en": "9 to 17"}
    with nothing_changed(), pytest.raises(Faulty) as refused:
        service.draft(
            "branding", CITY, branding(**said | members), base=0, operator="x", reach=Reach(division=CITY)
        )
    assert [one.column for one in refused.value.faults] == list(members)


@pytest.mark.parametrize(
    "text",
    ["2026-11-22 13:00至2026-11-23 09:00停机，热线12345", "维护于1月18日，9-17时。App恢复", "v2.1上线"],
)
def test_dates_and_short_numbers_call_nobody(stores: None, text: str) -> None:
    assert not leads_away(text)


def test_n04_a_moment_that_no_calendar_has_is_refused(stores: None) -> None:
    grow_tree()
    one = {
        "text": "维护",
        "text_en": "Upkeep",
        "starts_at": 1 << 39,
        "ends_at": (1 << 39) + 60,
        "tone": "info",
    }
    with nothing_changed(), pytest.raises(Faulty):
        service.draft("notices", CITY, {"notices": [one]}, base=0, operator="x", reach=EVERYWHERE)


def test_n04_a_catalogue_as_large_as_one_may_be_is_read_again(stores: None) -> None:
    long = item(
        name="名" * 60, name_en="\U00020000" * 60, scopes=list(SCOPE_NAMES), mandate_kinds=list(MANDATE_KINDS)
    )
    largest = ITEMS.document(ITEMS.read({"items": {f"{n:064}": long for n in range(MOST_ITEMS)}}))
    assert documents.unpacked(documents.packed(largest)[0]).keys() == {"items"}
    with pytest.raises(Faulty):
        documents.packed({"items": "x" * documents.LARGEST})


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
