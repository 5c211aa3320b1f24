"""The full ID number: who gets it, how it travels, what is told and recorded (PIPL art. 28, 29)."""

import json
import re
from typing import Any

import pytest

import clients
from clients import scopes
from idp import consent, settings
from idp.base import clock
from idp.consent import service
from idp.oidc import need
from idp.oidc.need import RECENT
from tests.actors import Person, Portal, decode, portal, query
from tests.actors import citizen as register
from tests.conftest import MovableClock
from tests.policies import item, publish
from tests.recipient import opened, reading_portal
from tests.records import events, nothing_changed

pytestmark = pytest.mark.usefixtures("stores", "catalogue")

NUMBER = "010101198504123013"
NEED = {"scope": "openid profile idcard", "purpose": "核对领取人身份", "item_code": "DEMO-ITEM-0001"}
DAY = 86400


def approved(**changes: Any) -> Portal:
    """A portal that two officers gave the number to, for one item, for a month."""
    values = {
        "scopes": ("openid", "profile", "idcard"),
        "legal_basis": {
            "openid": "statutory_duty",
            "profile": "statutory_duty",
            "idcard": "separate_consent",
        },
        "item_codes": ("DEMO-ITEM-0001",),
        "impact_assessment": "PIA-2026-001",
        "restricted_until": clock.now() + 30 * DAY,
        "userinfo_encrypted_response_alg": "ECDH-ES",
    }
    return reading_portal("tax", **(values | changes))


def userinfo(me: Person, access: str) -> Any:
    return me.get("/userinfo", headers={"Authorization": f"Bearer {access}"})


@pytest.fixture
def citizen(app: Any) -> Person:
    """A citizen who logged in by two factors."""
    browser = Person(app)
    browser.log_in(register(NUMBER), methods=("pwd", "otp"))
    return browser


def test_the_number_leaves_by_userinfo_alone_encrypted_and_on_record(citizen: Person) -> None:
    tax = approved()
    got = citizen.tokens(tax, **NEED)
    assert NUMBER not in json.dumps([decode(got["access_token"]), decode(got["id_token"])])
    answer = userinfo(citizen, got["access_token"])
    assert answer.mimetype == "application/jwt"
    told = json.loads(opened(answer.text).text)
    assert (told["id_number"], told["id_type"]) == (NUMBER, "111")
    (event,) = events("idcard.release")
    assert json.loads(event.detail) == {"legal_basis": "separate_consent", "purpose": NEED["purpose"]}
    assert (event.client, event.outcome, event.item) == ("tax", "success", NEED["item_code"])
    assert not any(NUMBER in repr(tuple(row)) for row in events())


def test_the_number_is_asked_for_on_a_page_of_its_own_that_says_what_for(citizen: Person) -> None:
    page = _second_screen(citizen, approved())
    assert "以下为敏感个人信息，请单独确认是否同意提供。" in page
    assert NEED["purpose"] in page
    assert NEED["item_code"] in page
    assert "0****************3" in page
    assert NUMBER not in page
    assert "checkbox" not in page
    assert "单独同意并继续" in page


def test_a_statutory_duty_is_told_with_its_law(citizen: Person) -> None:
    law = "《示范条例》第十二条"
    tax = approved(
        legal_basis={"openid": "statutory_duty", "profile": "statutory_duty", "idcard": "statutory_duty"},
        legal_reference={"idcard": law},
    )
    page = _second_screen(citizen, tax)
    assert "该部门依法履行职责需要使用以下信息，无需您另行同意，现告知如下。" in page
    assert law in page
    got = citizen.tokens(tax, **NEED)
    assert "id_number" in opened(userinfo(citizen, got["access_token"]).text).text


def test_who_refuses_the_number_is_logged_in_without_it(citizen: Person) -> None:
    tax = approved()
    first = citizen.tokens(tax, scope="openid profile")
    assert "id_number" not in opened(userinfo(citizen, first["access_token"]).text).text
    at = citizen.authorize(tax, **NEED).location
    at = citizen.get(at).location if "/login/" in at else at
    back = citizen.agree(citizen.get(at).location if "/consent/" not in at else at, "deny")
    code = query(citizen.get(back.location).location)["code"]
    got = citizen.token(tax, tax.token_form(code)).json or {}
    assert got["scope"] == "openid profile"
    assert "purpose" not in decode(got["access_token"])
    assert "id_number" not in opened(userinfo(citizen, got["access_token"]).text).text
    assert events("idcard.release") == []


def test_each_request_is_asked_anew_but_only_for_the_number(citizen: Person) -> None:
    tax = approved()
    citizen.tokens(tax, **NEED)
    again = citizen.authorize(tax, **NEED | {"purpose": "再次核对身份"})
    page = citizen.get(_consent(citizen, again.location)).text
    assert "再次核对身份" in page
    assert "完整证件号码" in page
    assert "基本信息" not in page
    silent = query(citizen.authorize(tax, **NEED, prompt="none").location)
    assert silent["error"] == "consent_required"


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"purpose": None}, "purpose"),
        ({"purpose": "ab"}, "purpose"),
        ({"purpose": "x" * 301}, "purpose"),
        ({"purpose": "看\u202e这里"}, "purpose"),
        ({"purpose": "<b>身份</b>"}, "purpose"),
        ({"item_code": None}, "item_code"),
        ({"item_code": "OTHER-ITEM"}, "item_code is not in the catalogue"),
        ({"item_code": "DEMO-ITEM-0002"}, "item_code is not one the client was approved for"),
        ({"item_code": "DEMO ITEM"}, "item_code"),
    ],
)
def test_without_purpose_and_approved_item_nothing_is_asked(
    change: dict[str, str | None], hint: str, citizen: Person
) -> None:
    tax = approved()
    with nothing_changed():
        answer = query(citizen.authorize(tax, **(NEED | change)).location)
    assert answer["error"] == "invalid_request"
    assert hint in answer["error_description"]
    assert [event.kind for event in events("authz.reject")] == ["authz.reject"]


def test_an_item_that_does_not_need_the_number_does_not_bring_it(citizen: Person) -> None:
    tax = approved()
    publish("items", {"items": {"DEMO-ITEM-0001": item(scopes=["profile"])}})
    with nothing_changed():
        answer = query(citizen.authorize(tax, **NEED).location)
    assert answer["error"] == "invalid_scope"
    (event,) = events("authz.reject")
    assert (event.reason, event.item) == ("item.scope", "DEMO-ITEM-0001")


def test_the_end_date_ends_it_also_for_tokens_that_are_out(
    citizen: Person, time_travel: MovableClock
) -> None:
    tax = approved(restricted_until=clock.now() + 60)
    got = citizen.tokens(tax, **NEED)
    time_travel.advance(61)
    answer = userinfo(citizen, got["access_token"])
    assert answer.status_code == 403
    assert "insufficient_scope" in answer.headers["WWW-Authenticate"]
    (event,) = events("idcard.release")
    assert (event.outcome, event.reason) == ("refused", "restricted.ended")
    later = citizen.tokens(tax, **NEED)
    assert later["scope"] == "openid profile"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"scopes": ("openid", "profile")}, "restricted.ended"),
        ({"userinfo_encrypted_response_alg": ""}, "restricted.open"),
        ({"item_codes": ("OTHER",)}, "restricted.item"),
    ],
)
def test_a_portal_that_lost_its_right_gets_nothing_at_all(
    change: dict[str, Any], reason: str, citizen: Person
) -> None:
    got = citizen.tokens(approved(), **NEED)
    approved(**change)
    clients.forget()
    answer = userinfo(citizen, got["access_token"])
    assert answer.status_code == 403
    assert NUMBER not in answer.text
    assert [(event.outcome, event.reason) for event in events("idcard.release")] == [("refused", reason)]


def test_a_login_of_some_time_ago_is_made_anew(citizen: Person, time_travel: MovableClock) -> None:
    tax = approved()
    citizen.tokens(tax, scope="openid profile")
    time_travel.advance(RECENT + 1)
    assert query(citizen.authorize(tax, scope="openid profile").location)["code"]
    back = citizen.authorize(tax, **NEED)
    assert "/login/" in back.location
    assert citizen.get(back.location).status_code == 200


def test_one_factor_is_not_enough(me: Person) -> None:
    back = me.authorize(approved(), **NEED)
    assert "/login/" in back.location
    assert "/consent/" not in me.get(back.location).headers.get("Location", "")


def test_a_refreshed_token_carries_it_no_more(citizen: Person) -> None:
    tax = approved(grant_types=("authorization_code", "refresh_token"))
    got = citizen.tokens(tax, **NEED)
    form = {"grant_type": "refresh_token", "refresh_token": got["refresh_token"]}
    renewed = citizen.token(tax, form).json or {}
    assert renewed["scope"] == "openid profile"
    assert "item_code" not in decode(renewed["access_token"])
    assert "id_number" not in opened(userinfo(citizen, renewed["access_token"]).text).text
    wider = citizen.token(tax, {**form, "refresh_token": renewed["refresh_token"], "scope": "openid idcard"})
    assert (wider.json or {})["error"] == "invalid_scope"


def test_the_claims_parameter_does_not_know_it(citizen: Person) -> None:
    tax = approved()
    wish = json.dumps({place: {"id_number": {"essential": True}} for place in ("userinfo", "id_token")})
    got = citizen.tokens(tax, scope="openid", claims=wish)
    assert NUMBER not in json.dumps(decode(got["id_token"]))
    assert "id_number" not in opened(userinfo(citizen, got["access_token"]).text).text


def test_a_portal_without_approval_is_given_a_login_and_no_number(citizen: Person) -> None:
    got = citizen.tokens(portal("health"), scope="openid profile idcard")
    assert got["scope"] == "openid profile"
    assert "id_number" not in (userinfo(citizen, got["access_token"]).json or {})


def test_the_answer_to_a_child_s_portal_leaves_it_out(app: Any) -> None:
    child = Person(app)
    child.log_in(register("01010120180412301X", "张小示"), methods=("pwd", "otp"))
    got = child.tokens(approved(), **NEED)
    assert got["scope"] == "openid profile"


@pytest.mark.parametrize("other", [{"purpose": "查询全部档案"}, {"item_code": "DEMO-ITEM-0002"}])
def test_what_was_agreed_to_for_one_purpose_answers_no_other(citizen: Person, other: dict[str, str]) -> None:
    tax = approved(item_codes=("DEMO-ITEM-0001", "DEMO-ITEM-0002"))
    citizen.tokens(tax, scope="openid profile")
    agreed = citizen.agree(_consent(citizen, citizen.authorize(tax, **NEED).location)).location
    elsewhere = citizen.authorize(tax, **NEED | other).location
    attempt = elsewhere.rpartition("/")[2]
    refused = citizen.get(f"/authorize/continue/{attempt}?{agreed.partition('?')[2]}")
    assert query(refused.location)["error"] == "access_denied"
    assert [event.reason for event in events("authz.reject")] == ["foreign decision"]


def test_it_is_withdrawn_like_any_consent(citizen: Person) -> None:
    tax = approved()
    got = citizen.tokens(tax, **NEED)
    person = events("consent.grant")[0].person
    assert [one.scopes for one in consent.of_person(person)] == [("idcard", "openid", "profile")]
    assert service.withdraw(person, "tax")
    assert userinfo(citizen, got["access_token"]).status_code == 401


def test_settings_may_ask_for_an_even_fresher_login(test_settings: settings.Settings) -> None:
    settings.use(test_settings.model_copy(update={"sensitive_max_age": 60}))
    assert need.recent() == 60
    settings.use(test_settings.model_copy(update={"sensitive_max_age": 3600}))
    assert need.recent() == RECENT


def test_only_what_two_officers_grant_is_restricted() -> None:
    names = [scope.name for scope in scopes.SCOPES]
    assert scopes.restricted(names) == ("idcard", "face.verify")


def _consent(citizen: Person, location: str) -> str:
    """The address of the question, however many redirects lie before it."""
    while "/consent/" not in location:
        location = citizen.get(location).location
    return location


def _second_screen(citizen: Person, tax: Portal) -> str:
    at = _consent(citizen, citizen.authorize(tax, **NEED).location)
    first = citizen.get(at).text
    assert "完整证件号码" not in re.sub(r"<p[^>]*>.*?</p>", "", first)
    citizen.agree(at)
    return citizen.get(at).text
