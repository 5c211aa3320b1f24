"""RFC 9396: rich authorization requests."""

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import registrations
from tests.actors import Person, Portal, citizen, decode, portal, query
from tests.records import events, nothing_changed

pytestmark = pytest.mark.usefixtures("catalogue")

LICENCE = {
    "type": "elicense_read",
    "licence_type": "demo-business-licence",
    "item_code": "DEMO-ITEM-0001",
    "case_id": "C-2026-000123",
    "purpose": "办理食品经营许可",
}
OTHER = {**LICENCE, "case_id": "C-2026-000124"}


@pytest.fixture
def desk(stores: None) -> Portal:
    """A portal that may ask for licences."""
    return portal("desk", authorization_details_types=("elicense_read", "esign"))


@pytest.fixture
def strong(me: Person, stores: None) -> Person:
    """A citizen with two factors."""
    me.log_in(citizen("010102195109231025", "李示兰"), methods=("pwd", "otp"))
    return me


def ask(person: Person, desk: Portal, details: Any = LICENCE, **changes: str) -> TestResponse:
    text = (
        details
        if isinstance(details, str)
        else json.dumps(details if isinstance(details, list) else [details])
    )
    answer = person.authorize(desk, authorization_details=text, **changes)
    while (
        answer.status_code == 303 and answer.location.startswith("/") and "/consent/" not in answer.location
    ):
        answer = person.get(answer.location)
    return answer


def agreed(person: Person, desk: Portal, details: Any = LICENCE) -> str:
    """The code after the person agreed."""
    answer = person.agree(ask(person, desk, details).location)
    while answer.location.startswith("/"):
        answer = (
            person.agree(answer.location) if "/consent/" in answer.location else person.get(answer.location)
        )
    return query(answer.location)["code"]


def redeemed(person: Person, desk: Portal, details: Any = LICENCE, **form: str) -> dict[str, Any]:
    return dict(person.token(desk, {**desk.token_form(agreed(person, desk, details)), **form}).json or {})


def test_section_7_the_answer_and_the_token_say_what_was_granted(strong: Person, desk: Portal) -> None:
    tokens = redeemed(strong, desk)
    assert tokens["authorization_details"] == [LICENCE]
    assert decode(tokens["access_token"])["authorization_details"] == [LICENCE]
    assert "authorization_details" not in decode(tokens["id_token"])


def test_section_9_2_introspection_tells_them(strong: Person, desk: Portal) -> None:
    access = redeemed(strong, desk)["access_token"]
    told = strong.post("/introspect", {"token": access}, headers=desk.basic).json or {}
    assert told["authorization_details"] == [LICENCE]


@pytest.mark.parametrize(
    "details",
    [
        "nonsense", "{}", "[]", "null", "[7]", [[LICENCE]], "[" * 500, [LICENCE] * 6,
        {**LICENCE, "type": "unknown"}, {**LICENCE, "type": ["elicense_read"]},
        {key: value for key, value in LICENCE.items() if key != "type"},
        {key: value for key, value in LICENCE.items() if key != "case_id"},
        {**LICENCE, "case_id": 7}, {**LICENCE, "case_id": "a b"}, {**LICENCE, "case_id": ""},
        {**LICENCE, "extra": "x"}, {**LICENCE, "actions": ["read"]}, {**LICENCE, "purpose": "<b>x</b>"},
        {**LICENCE, "purpose": "用\u202e途"}, {**LICENCE, "purpose": "长" * 101},
        {**LICENCE, "purpose": {"a": 1}},
        '[{"type":"elicense_read","type":"esign"}]', json.dumps([{**LICENCE, "purpose": "x" * 5000}]),
    ],
)  # fmt: skip
def test_section_5_what_is_not_of_its_type_is_refused(strong: Person, desk: Portal, details: Any) -> None:
    with nothing_changed():
        answer = query(ask(strong, desk, details).location)
    assert (answer["error"], answer["state"]) == ("invalid_authorization_details", "st-1")
    assert answer["error_description"].isascii()


def test_section_5_a_type_the_client_did_not_register_is_refused(strong: Person, tax: Portal) -> None:
    assert query(ask(strong, tax).location)["error"] == "invalid_authorization_details"


def test_section_6_1_the_person_sees_each_detail_every_time(strong: Person, desk: Portal) -> None:
    for _ in range(2):
        page = strong.get(ask(strong, desk).location).text
        for text in ("调取电子证照", "办理食品经营许可", "C-2026-000123"):
            assert text in page
        assert "无需您另行同意" not in page
        agreed(strong, desk)


def test_section_6_1_without_a_page_nothing_is_granted(strong: Person, desk: Portal) -> None:
    agreed(strong, desk)
    assert query(ask(strong, desk, prompt="none").location)["error"] == "consent_required"


def test_whoever_does_not_agree_grants_nothing(strong: Person, desk: Portal) -> None:
    answer = strong.agree(ask(strong, desk).location, "deny")
    assert query(strong.get(answer.location).location)["error"] == "access_denied"


def test_a_yes_to_other_details_is_no_yes_to_these(strong: Person, desk: Portal) -> None:
    first, second = ask(strong, desk, LICENCE).location, ask(strong, desk, OTHER).location
    to_first = strong.agree(first).location
    to_second = strong.agree(second).location
    crossed = f"{to_second.partition('?')[0]}?{to_first.partition('?')[2]}"
    assert query(strong.get(crossed).location)["error"] == "access_denied"


def test_the_record_names_the_types_and_no_more(strong: Person, desk: Portal) -> None:
    agreed(strong, desk)
    (row,) = events("consent.grant")
    assert "elicense_read" in str(row)
    assert "C-2026-000123" not in str(row)


def test_section_6_a_token_request_may_name_fewer_and_never_more(strong: Person, desk: Portal) -> None:
    fewer = redeemed(strong, desk, [LICENCE, OTHER], authorization_details=json.dumps([OTHER]))
    assert decode(fewer["access_token"])["authorization_details"] == [OTHER]
    refresh = {"grant_type": "refresh_token", "refresh_token": fewer["refresh_token"]}
    more = strong.token(desk, {**refresh, "authorization_details": json.dumps([{**OTHER, "case_id": "C-9"}])})
    assert (more.json or {})["error"] == "invalid_authorization_details"
    whole = dict(strong.token(desk, refresh).json or {})
    assert decode(whole["access_token"])["authorization_details"] == [LICENCE, OTHER]


def test_a_type_taken_from_the_client_is_in_no_later_token(strong: Person, desk: Portal) -> None:
    tokens = redeemed(strong, desk)
    portal("desk", authorization_details_types=())
    refreshed = strong.token(desk, {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
    assert "authorization_details" not in decode((refreshed.json or {})["access_token"])


def test_a_type_asks_for_its_level(me: Person, desk: Portal) -> None:
    answer = query(me.authorize(desk, authorization_details=json.dumps([LICENCE]), prompt="none").location)
    assert answer["error"] in ("login_required", "unmet_authentication_requirements")


def test_a_child_cannot_agree_alone(me: Person, desk: Portal) -> None:
    me.log_in(citizen("010101201506012151", "赵示童"), methods=("pwd", "otp"))
    answer = me.get(ask(me, desk).location)
    assert query(me.get(answer.location).location)["error"] == "access_denied"


def test_section_10_discovery_lists_the_types_a_login_can_reach(me: Person) -> None:
    metadata = me.get("/.well-known/openid-configuration").json or {}
    assert metadata["authorization_details_types_supported"] == ["elicense_read"]


@pytest.mark.parametrize("types", [["unknown"], ["esign", "esign"]])
def test_section_10_a_client_registers_known_types_once(types: list[str]) -> None:
    assert registrations.refusal(registrations.entry(authorization_details_types=["esign"])) is None
    assert registrations.refusal(registrations.entry(authorization_details_types=types)) is not None
