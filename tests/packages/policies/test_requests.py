"""Requests are held to the policies of the place where their portal stands, from the next request on."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from idp.approvals.approval import DEVICE, Approval
from idp.oidc import decoupled
from idp.organizations import service as companies
from tests.actors import Person, Portal, citizen, decode, portal, query
from tests.approving import ask_for_codes, kiosk
from tests.officers import CITY, OTHER_PROVINCE, PROVINCE, grow_tree
from tests.policies import catalogue, item, publish, rules
from tests.records import events, nothing_changed

pytestmark = pytest.mark.usefixtures("stores")

NUMBER, PASSWORD = "010101198504123013", "correct horse battery staple"


@pytest.fixture(autouse=True)
def tree(stores: None) -> None:
    grow_tree()


@pytest.fixture
def office() -> Portal:
    """A portal of a city."""
    return portal("office", division=CITY, scopes=("openid", "profile", "realname", "age", "offline_access"))


def error(me: Person, office: Portal, **changes: str | None) -> tuple[str, str]:
    """What a portal is told, without a code and with nothing written."""
    with nothing_changed():
        answer = query(me.authorize(office, **changes).location)
    assert "code" not in answer
    return answer["error"], answer["error_description"]


def test_an_item_that_nobody_knows_is_refused_and_recorded(me: Person, office: Portal) -> None:
    publish("items", catalogue(A_1=item(level=1)), CITY)
    publish("items", catalogue(B_1=item()), OTHER_PROVINCE)
    me.code_for(office, item_code="A-1")
    for code in ("A-2", "a-1", "B-1", "A-1 ", "A/1", "x" * 65, "A-1\u200b"):
        told = error(me, office, item_code=code)
        assert told[0] == "invalid_request"
        assert "item_code" in told[1]
        assert code not in told[1]
    refused = events("authz.reject")
    assert {one.reason for one in refused} == {"item.unknown", "item.form"}
    assert [one.item for one in refused[:3]] == ["A-2", "a-1", "B-1"]
    assert events("authz.grant")[-1].item == "A-1"


def test_a_pushed_request_is_judged_when_it_is_pushed(me: Person, office: Portal) -> None:
    with nothing_changed():
        answer = me.post("/par", office.request(item_code="A-2"), headers=office.basic)
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_request")
    assert events("authz.reject")[-1].item == "A-2"


def test_a_raised_item_asks_for_a_second_factor_at_the_next_request(me: Person, office: Portal) -> None:
    publish("items", catalogue(A_1=item(level=2)), PROVINCE)
    me.code_for(office, item_code="A-1")
    publish("items", catalogue(A_1=item(level=3)), PROVINCE)
    answer = me.authorize(office, item_code="A-1")
    assert answer.location.startswith("/login/")
    page = me.get(answer.location).text
    assert "示范事项" in page
    assert "code" in query(me.authorize(office).location)
    silent = query(me.authorize(office, item_code="A-1", prompt="none").location)
    assert silent["error"] == "login_required"


def test_a_policy_raised_during_a_login_holds_for_it(app: Flask, office: Portal) -> None:
    publish("items", catalogue(A_1=item(level=1, name="先低后高")), PROVINCE)
    me = Person(app)
    attempt = me.authorize(office, item_code="A-1").location
    me.log_in(citizen(NUMBER))
    publish("items", catalogue(A_1=item(level=3, name="先低后高")), PROVINCE)
    answer = me.get(attempt.replace("/login/", "/authorize/continue/"))
    assert answer.location == attempt
    page = me.get(attempt).text
    assert 'id="login"' in page
    assert not events("authz.grant")


def test_an_item_that_goes_during_a_login_ends_it(app: Flask, office: Portal) -> None:
    publish("items", catalogue(A_1=item(), B_1=item()), PROVINCE)
    me = Person(app)
    attempt = me.authorize(office, item_code="A-1").location
    me.log_in(citizen(NUMBER))
    publish("items", catalogue(B_1=item()), PROVINCE)
    answer = query(me.get(attempt.replace("/login/", "/authorize/continue/")).location)
    assert answer["error"] == "invalid_request"
    assert events("authz.reject")[-1].item == "A-1"


def test_an_item_limits_the_data_also_of_single_claims(me: Person, office: Portal) -> None:
    publish("items", catalogue(A_1=item(scopes=["profile"])), PROVINCE)
    claims = json.dumps({"id_token": {"age_over_18": None}, "userinfo": {"name": {"essential": True}}})
    tokens = me.tokens(office, scope="openid profile realname age", claims=claims, item_code="A-1")
    assert tokens["scope"] == "openid profile"
    assert "age_over_18" not in decode(tokens["id_token"])
    told = me.get("/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}).json or {}
    assert "name" not in told
    free = me.tokens(office, scope="openid profile realname age", claims=claims)
    assert free["scope"] == "openid profile realname age"


def test_an_item_of_a_licence_counts_as_the_item_of_the_request(app: Flask) -> None:
    desk = portal("desk", division=CITY, authorization_details_types=("elicense_read",))
    licence = {
        "type": "elicense_read", "licence_type": "demo-business-licence", "item_code": "A-1",
        "case_id": "C-1", "purpose": "办理食品经营许可",
    }  # fmt: skip
    me = Person(app)
    me.log_in(citizen(NUMBER), methods=("pwd", "otp"))
    told = error(me, desk, authorization_details=json.dumps([licence]))
    assert told == ("invalid_request", "item_code is not in the catalogue of the client's division")
    publish("items", catalogue(A_1=item(level=4)), PROVINCE)
    answer = me.authorize(desk, authorization_details=json.dumps([licence]), prompt="none")
    assert query(answer.location)["error"] == "unmet_authentication_requirements"


def test_an_item_for_companies_is_not_open_to_persons_alone(me: Person, office: Portal) -> None:
    publish("items", catalogue(A_1=item(user_types=["legal"])), PROVINCE)
    told = error(me, office, item_code="A-1")
    assert told == ("invalid_request", "the item is not open to the users that this client serves")


def test_an_item_without_its_representative_is_not_open_to_companies(me: Person, stores: None) -> None:
    both = portal("both", division=CITY, subject_types_allowed=("natural", "legal"))
    only = portal("only", division=CITY, subject_types_allowed=("legal",))
    publish("items", catalogue(A_1=item(mandate_kinds=["agent"])), PROVINCE)
    assert error(me, only, item_code="A-1")[0] == "invalid_request"
    assert me.code_for(both, item_code="A-1")


def test_an_item_for_persons_is_not_applied_for_in_the_name_of_a_company(app: Flask, stores: None) -> None:
    both = portal("both", division=CITY, subject_types_allowed=("natural", "legal"))
    publish("items", catalogue(A_1=item(user_types=["natural"])), PROVINCE)
    person = citizen(NUMBER)
    company = companies.register(
        uscc="91010101MA01DEM07P", name="示范甲一贸易有限公司", name_en="Demo Trading"
    )
    companies.add_representative(company, person)
    me = Person(app)
    me.log_in(person)
    assert me.authorize(both).location.startswith("/login/")
    assert me.code_for(both, item_code="A-1")
    (entered,) = events("authz.grant")
    assert (entered.item, entered.organization) == ("A-1", "")


def test_rules_raise_level_and_age_for_all_portals_below(
    me: Person, office: Portal, time_travel: Any
) -> None:
    me.code_for(office)
    publish("rules", rules(max_age=600), PROVINCE)
    assert me.code_for(office)
    time_travel.advance(601)
    assert me.authorize(office).location.startswith("/login/")
    assert query(me.authorize(office, prompt="none").location)["error"] == "login_required"
    publish("rules", rules(min_level=3), PROVINCE)
    me.log_in(citizen("010102195109231025", "李示兰"))
    assert me.authorize(office).location.startswith("/login/")
    elsewhere = portal("elsewhere", division=OTHER_PROVINCE)
    assert me.code_for(elsewhere)


def test_rules_can_forbid_lasting_access(me: Person, office: Portal) -> None:
    asked = {"scope": "openid profile offline_access", "prompt": "consent"}
    assert "offline_access" in me.tokens(office, **asked)["scope"]
    publish("rules", rules(offline_access=False), CITY)
    assert me.tokens(office, **asked)["scope"] == "openid profile"


def test_acting_for_a_company_can_ask_for_more(app: Flask, stores: None) -> None:
    both = portal("both", division=CITY, subject_types_allowed=("natural", "legal"))
    publish("rules", rules(legal_level=3), PROVINCE)
    person = citizen(NUMBER)
    company = companies.register(
        uscc="91010101MA01DEM07P", name="示范甲一贸易有限公司", name_en="Demo Trading"
    )
    companies.add_representative(company, person)
    for methods, name, arrives in (
        (("pwd",), "self", True),
        (("pwd",), company, False),
        (("pwd", "otp"), company, True),
    ):
        me = Person(app)
        me.log_in(person, methods=methods)
        path = me.authorize(both).location
        page = me.get(path).text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        me.post(path, {"csrf_token": token, "step": "choice", "identity": name})
        answer = me.get(path)
        assert (answer.status_code == 303) == arrives, (methods, name)
        resumed = me.get(path.replace("/login/", "/authorize/continue/")).location
        assert resumed.startswith("/login/") != arrives


def test_a_kiosk_is_judged_alike(me: Person) -> None:
    machine = kiosk(division=CITY)
    with nothing_changed():
        answer = me.post(
            "/device_authorization", {"scope": "openid", "item_code": "A-1"}, headers=machine.basic
        )
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_request")
    publish("items", catalogue(A_1=item(level=3, name="自助办理")), PROVINCE)
    publish("rules", rules(max_age=120), PROVINCE)
    device = ask_for_codes(me, machine, item_code="A-1")
    assert (events("approval.start")[-1].item, json.loads(events("approval.start")[-1].detail)["level"]) == (
        "A-1",
        3,
    )
    path = me.get("/device?" + urlencode({"user_code": device.user_code}))
    assert path.status_code in (200, 303)


def test_what_a_kiosk_asked_for_holds_for_whoever_approves_it(stores: None) -> None:
    machine = kiosk(division=CITY, subject_types_allowed=("natural", "legal"))
    publish("items", catalogue(A_1=item(level=3, user_types=["natural"])), PROVINCE)
    publish("rules", rules(max_age=120, legal_level=4), PROVINCE)
    parameters = {"scope": "openid", "item_code": "A-1"}
    asked = decoupled.judged(DEVICE, machine.client, parameters, address="192.0.2.1", lifetime=60)
    kept = Approval.from_json(asked.as_json()).requirement(machine.client, None)
    assert (kept.level, kept.legal_level, kept.max_age, kept.subject_types) == (3, 4, 120, ("natural",))
    publish("rules", rules(max_age=3600, legal_level=4), PROVINCE)
    asked = decoupled.judged(DEVICE, machine.client, parameters, address="192.0.2.1", lifetime=60)
    assert asked.requirement(machine.client, None).max_age == 300


def test_what_is_known_holds_while_the_database_is_away(
    me: Person, office: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    from idp import policies
    from idp.base.errors import Unavailable
    from idp.policies import queries

    publish("items", catalogue(A_1=item(level=3)), PROVINCE)
    me.authorize(office, item_code="A-1")

    def away() -> int:
        raise Unavailable("database")

    monkeypatch.setattr(queries, "changes", away)
    policies.expire()
    assert me.authorize(office, item_code="A-1").location.startswith("/login/")
    assert error(me, office, item_code="A-2")[0] == "invalid_request"
    policies.forget()
    assert me.authorize(office, item_code="A-1").status_code == 503
