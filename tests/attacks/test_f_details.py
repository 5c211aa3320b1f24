"""Attack book, group F: authorization details and resource indicators that were never agreed to."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from tests.actors import Person, Portal, citizen, decode, portal, query
from tests.records import nothing_changed, one_event

pytestmark = pytest.mark.usefixtures("catalogue")

TAX, LAND = "https://api.tax.example.gov/", "https://api.land.example.gov/v1"
LICENCE = {
    "type": "elicense_read", "licence_type": "demo-business-licence", "item_code": "DEMO-ITEM-0001",
    "case_id": "C-2026-000123", "purpose": "办理食品经营许可",
}  # fmt: skip
OTHER = {**LICENCE, "case_id": "C-2026-000999"}


@pytest.fixture
def desk(me: Person, stores: None) -> Portal:
    """A portal that may ask for licences and for two services; the citizen has two factors."""
    me.log_in(citizen("010102195109231025", "李示兰"), methods=("pwd", "otp"))
    return portal("desk", authorization_details_types=("elicense_read",), resources=(TAX, LAND))


def error(answer: TestResponse) -> str:
    told = query(answer.location)
    assert (told["state"], "code" in told, "iss" in told) == ("st-1", False, True)
    return told["error"]


def walked(person: Person, answer: TestResponse) -> TestResponse:
    """On to the consent page, or to the portal."""
    while (
        answer.status_code == 303 and answer.location.startswith("/") and "/consent/" not in answer.location
    ):
        answer = person.get(answer.location)
    return answer


def deep(levels: int) -> str:
    return '[{"type":"elicense_read","x":' + "[" * levels + "]" * levels + "}]"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([{**LICENCE, "type": "root"}]), json.dumps([{**LICENCE, "type": None}]),
        deep(50), deep(2000),
        json.dumps([LICENCE] * 50), json.dumps([{**LICENCE, "purpose": "x" * 6000}]), "[", '"elicense_read"',
        json.dumps([{**LICENCE, "locations": ["https://evil.example"]}]),
        json.dumps([{**LICENCE, "case_id": {"$ne": ""}}]),
    ],
)  # fmt: skip
def test_f14_details_of_no_type_or_shape_are_refused(me: Person, desk: Portal, text: str) -> None:
    with nothing_changed(), one_event("authz.reject"):
        assert error(me.authorize(desk, authorization_details=text)) == "invalid_authorization_details"


def test_f14_details_of_five_megabytes_are_refused_before_they_are_read(me: Person, desk: Portal) -> None:
    form = desk.request(authorization_details=json.dumps([{**LICENCE, "purpose": "x" * 5_000_000}]))
    with nothing_changed():
        for path in ("/authorize", "/par"):
            assert me.post(path, form, headers=desk.basic).status_code in (400, 413)


def test_f14_pushed_details_cannot_be_changed_in_the_browser(me: Person, desk: Portal) -> None:
    form = desk.request(authorization_details=json.dumps([LICENCE]))
    pushed = me.post("/par", form, headers=desk.basic).json or {}
    tampered = {
        "client_id": "desk", "request_uri": pushed["request_uri"],
        "authorization_details": json.dumps([OTHER]),
    }  # fmt: skip
    answer = walked(me, me.get("/authorize?" + urlencode(tampered)))
    assert "/consent/" in answer.location
    page = me.get(answer.location).text
    assert "C-2026-000123" in page
    assert "C-2026-000999" not in page


def test_f14_the_form_of_the_consent_page_cannot_change_them(me: Person, desk: Portal) -> None:
    answer = walked(me, me.authorize(desk, authorization_details=json.dumps([LICENCE])))
    page = me.get(answer.location).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    boxes = re.findall(r'type="checkbox" name="provide" value="([^"]+)"', page)
    more = {"decision": "agree", "provide": boxes, "authorization_details": json.dumps([OTHER])}
    answer = walked(me, me.post(answer.location, {**hidden, **more}))
    form = desk.token_form(query(answer.location)["code"])
    tokens = me.token(desk, form).json or {}
    assert decode(tokens["access_token"])["authorization_details"] == [LICENCE]


def test_f14_the_token_request_adds_none(me: Person, desk: Portal) -> None:
    form = desk.token_form(me.code_for(desk), authorization_details=json.dumps([LICENCE]))
    with one_event("token.refuse"):
        answer = me.token(desk, form)
    assert (answer.json or {})["error"] == "invalid_authorization_details"


@pytest.mark.parametrize(
    "uris",
    [
        ["/relative"], ["api.tax.example.gov"], [f"{TAX}#x"], [f"{TAX}#"], ["https://evil.example/"], ["*"],
        [TAX.upper()], [TAX.rstrip("/")], [f"{TAX}../"], [TAX, "https://evil.example/"],
        [f"{TAX}{n}" for n in range(20)],
    ],
)  # fmt: skip
def test_f15_a_service_that_is_not_registered_to_the_letter_is_refused(
    me: Person, desk: Portal, uris: list[str]
) -> None:
    pairs = [*desk.request().items(), *(("resource", one) for one in uris)]
    with nothing_changed(), one_event("authz.reject"):
        assert error(me.get("/authorize?" + urlencode(pairs))) == "invalid_target"


def test_f15_two_hundred_services_are_too_many_to_be_looked_at(me: Person, desk: Portal) -> None:
    pairs = [*desk.request().items(), *(("resource", f"{TAX}{n}") for n in range(200))]
    with nothing_changed():
        answer = me.get("/authorize?" + urlencode(pairs))
    assert answer.status_code == 400
    assert answer.location is None


def test_f15_a_code_for_one_service_gets_no_token_for_another(me: Person, desk: Portal) -> None:
    code = me.code_for(desk, resource=TAX)
    with one_event("token.refuse"):
        answer = me.token(desk, desk.token_form(code, resource=LAND))
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_target")
    assert "access_token" not in (answer.json or {})


def test_f15_a_refresh_reaches_no_other_service(me: Person, desk: Portal) -> None:
    tokens: dict[str, Any] = me.tokens(desk, resource=TAX)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    with nothing_changed(), one_event("token.refuse"):
        answer = me.token(desk, {**form, "resource": LAND})
    assert (answer.json or {})["error"] == "invalid_target"
    assert decode((me.token(desk, form).json or {})["access_token"])["aud"] == TAX
