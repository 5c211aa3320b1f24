"""CIBA Core 1.0 §7.1, §7.2, §7.3, §13: a portal asks for a person."""

import re

import pytest

from idp import settings
from tests.actors import ISSUER, Person, Portal, decode, portal
from tests.approving import (
    PHONE,
    approve_call,
    call,
    error,
    hotline,
    messages,
    open_request,
    send,
    waiting,
)
from tests.records import events, one_event

pytestmark = pytest.mark.usefixtures("stores")


def ask(me: Person, client: Portal, **form: str | None) -> tuple[int, str]:
    values = {"scope": "openid", "login_hint": PHONE, **form}
    given = {name: value for name, value in values.items() if value is not None}
    return error(send(me, "/bc-authorize", client, given))


def test_section_7_3_the_answer_has_its_members_and_is_not_stored(me: Person, line: Portal) -> None:
    """CIBA Core §7.3: auth_req_id, expires_in, interval; 200."""
    answer = send(me, "/bc-authorize", line, {"scope": "openid", "login_hint": PHONE})
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json or {}
    assert set(body) == {"auth_req_id", "expires_in", "interval"}
    assert (body["expires_in"], body["interval"]) == (settings.current().backchannel_lifetime, 5)


def test_section_7_3_the_request_id_is_beyond_guessing_and_plain(me: Person, line: Portal) -> None:
    """CIBA Core §7.3: at least 128 bits, 160 recommended, of A-Z a-z 0-9 . - _."""
    ids = {call(me, line, login_hint=PHONE).answer["auth_req_id"] for _ in range(10)}
    assert len(ids) == 10
    assert all(re.fullmatch(r"[A-Za-z0-9._-]{43}", one) for one in ids)


def test_section_7_1_the_client_must_authenticate(me: Person, line: Portal) -> None:
    """CIBA Core §7.1: the client MUST authenticate by its registered method."""
    wrong = me.post("/bc-authorize", {"client_id": "hotline", "scope": "openid", "login_hint": PHONE})
    assert error(wrong) == (401, "invalid_client")


def test_section_13_a_client_without_the_grant_is_refused(me: Person) -> None:
    """CIBA Core §13: unauthorized_client."""
    assert ask(me, portal("tax")) == (400, "unauthorized_client")


def test_section_7_1_the_scope_is_required_and_holds_openid(me: Person, line: Portal) -> None:
    """CIBA Core §7.1: scope is REQUIRED and MUST contain openid."""
    for scope in (None, "profile", "openid nonsense"):
        assert ask(me, line, scope=scope) == (400, "invalid_scope")


@pytest.mark.parametrize(
    "hints",
    [
        {"login_hint": None},
        {"login_hint": PHONE, "id_token_hint": "x"},
        {"login_hint": PHONE, "login_hint_token": "x"},
        {"login_hint": None, "id_token_hint": "x", "login_hint_token": "x"},
    ],
)
def test_section_7_1_exactly_one_hint_is_given(
    me: Person, line: Portal, hints: dict[str, str | None]
) -> None:
    """CIBA Core §7.1: one and only one of the hints; otherwise invalid_request (§7.2)."""
    assert ask(me, line, **hints) == (400, "invalid_request")


def test_section_7_1_a_login_hint_token_is_not_supported(me: Person, line: Portal) -> None:
    """CIBA Core §7.1: which hints are supported is the provider's choice."""
    assert ask(me, line, login_hint=None, login_hint_token="x.y.z") == (400, "invalid_request")


@pytest.mark.parametrize("written", ["13800000001", "+86 138 0000 0001", "8613800000001", PHONE])
def test_section_7_1_a_phone_in_any_spelling_reaches_its_owner(
    me: Person, number: str, line: Portal, written: str
) -> None:
    """CIBA Core §7.1: login_hint identifies the user, for example by a phone number."""
    call(me, line, login_hint=written)
    assert len(waiting(me)) == 1


@pytest.mark.parametrize(
    "hint", ["010101198504123013", "91010101MA01DEM07P", "li-shilan", "a@b.example", "1"]
)
def test_section_7_1_nothing_else_that_is_typed_starts_a_request(
    me: Person, number: str, line: Portal, hint: str
) -> None:
    """CIBA Core §7.1: an ID number is printed on papers: whoever copies it must not reach its owner."""
    assert ask(me, line, login_hint=hint) == (400, "invalid_request")
    assert waiting(me) == []


def test_section_7_1_an_id_token_of_ours_names_its_person(me: Person, number: str, line: Portal) -> None:
    """CIBA Core §7.1: id_token_hint, an ID token issued to this client."""
    first = call(me, line, login_hint=number)
    approve_call(me)
    token = (first.poll().json or {})["id_token"]
    call(me, line, id_token_hint=token)
    assert len(waiting(me)) == 1


def test_section_7_1_the_hint_in_an_id_token_names_its_person_for_its_portal_alone(
    me: Person, number: str, line: Portal
) -> None:
    """CIBA Core §7.1: a hint is opaque and of the provider's making."""
    first = call(me, line, login_hint=number)
    approve_call(me)
    hint = decode((first.poll().json or {})["id_token"])["login_hint"]
    assert ask(me, hotline("other"), login_hint=hint) == (400, "invalid_request")
    call(me, line, login_hint=hint)
    assert len(waiting(me)) == 1


def test_portals_that_never_ask_get_no_hint(me: Person, tax: Portal) -> None:
    assert "login_hint" not in decode(me.tokens(tax)["id_token"])


def test_section_7_1_an_id_token_of_another_client_is_refused(
    me: Person, number: str, line: Portal, tax: Portal
) -> None:
    """CIBA Core §7.1: issued to this client; §7.2: the provider validates it."""
    foreign = me.tokens(tax)["id_token"]
    assert ask(me, line, login_hint=None, id_token_hint=foreign) == (400, "invalid_request")
    assert ask(me, line, login_hint=None, id_token_hint=f"{foreign}x") == (400, "invalid_request")


def test_section_13_an_id_token_that_names_nobody_is_told(me: Person) -> None:
    """CIBA Core §13: unknown_user_id, here only about the token itself, never about a person."""
    before = portal("hotline", scopes=("openid", "profile"))
    token = me.tokens(before)["id_token"]
    line = hotline()
    line.secret = before.secret
    assert ask(me, line, login_hint=None, id_token_hint=token) == (400, "unknown_user_id")


def test_section_13_somebody_and_nobody_get_the_same_answer(me: Person, number: str, line: Portal) -> None:
    """CIBA Core §13, §15: unknown_user_id would tell who has an account; the request lapses instead."""
    known, unknown = call(me, line, login_hint=number), call(me, line, login_hint="+8613900000009")
    assert set(known.answer) == set(unknown.answer)
    assert error(known.poll()) == error(unknown.poll()) == (400, "authorization_pending")


@pytest.mark.parametrize("asked", ["30", "300", "600"])
def test_section_7_1_the_portal_may_name_how_long_it_waits(me: Person, line: Portal, asked: str) -> None:
    """CIBA Core §7.1: requested_expiry, a positive integer."""
    assert call(me, line, login_hint=PHONE, requested_expiry=asked).answer["expires_in"] == int(asked)


def test_section_7_3_the_answer_tells_the_time_that_is_granted(me: Person, line: Portal) -> None:
    """CIBA Core §7.3: expires_in is the provider's."""
    longest = settings.current().backchannel_longest
    assert call(me, line, login_hint=PHONE, requested_expiry="86400").answer["expires_in"] == longest


@pytest.mark.parametrize("asked", ["0", "-1", "1.5", "soon", "9999999999"])
def test_section_7_1_a_time_that_is_no_positive_number_is_refused(
    me: Person, line: Portal, asked: str
) -> None:
    """CIBA Core §7.1: a positive integer."""
    assert ask(me, line, requested_expiry=asked) == (400, "invalid_request")


@pytest.mark.parametrize("message", ["58", "核验码 58，3号窗口", "Case 2026-0031: W4SCT", "买买提·艾力 👍"])
def test_section_7_1_the_binding_message_is_shown_as_it_was_sent(
    me: Person, number: str, line: Portal, message: str
) -> None:
    """CIBA Core §7.1: binding_message is displayed on both devices."""
    call(me, line, login_hint=number, binding_message=message)
    assert message in me.get(open_request(me)).text
    assert message in me.get("/account/requests").text


@pytest.mark.parametrize(
    "message", ["a\tb", "a\nb", "\u202eb", "a\u200bb", "x" * 101, "<b>", "见 good.example"]
)
def test_section_13_a_message_that_cannot_be_shown_is_refused(me: Person, line: Portal, message: str) -> None:
    """CIBA Core §13: invalid_binding_message."""
    assert ask(me, line, binding_message=message) == (400, "invalid_binding_message")


def test_section_7_1_a_user_code_is_not_supported(me: Person, line: Portal) -> None:
    """CIBA Core §7.1.2: discovery says that user codes are not supported."""
    assert ask(me, line, user_code="1234") == (400, "invalid_request")


@pytest.mark.parametrize("token", [None, "", "has space", "x" * 1025, "üü"])
def test_section_7_1_a_portal_to_be_pinged_gives_a_bearer_token(me: Person, token: str | None) -> None:
    """CIBA Core §7.1: client_notification_token is REQUIRED for ping, at most 1024 characters of RFC 6750."""
    line = hotline(
        backchannel_token_delivery_mode="ping",
        backchannel_client_notification_endpoint="https://h.example.gov/ping",
    )
    assert ask(me, line, client_notification_token=token) == (400, "invalid_request")
    assert ask(me, line, client_notification_token="t" * 1024) == (200, "")


def test_section_7_1_the_level_asked_for_is_demanded_of_the_login(
    me: Person, number: str, line: Portal
) -> None:
    """CIBA Core §7.1: acr_values."""
    call(me, line, login_hint=number, acr_values="l3")
    assert "/login/" in me.get(open_request(me)).location


def test_section_8_the_person_is_told_and_only_the_person(me: Person, number: str, line: Portal) -> None:
    """CIBA Core §8: the provider reaches the user; the message names the portal and holds no address."""
    with one_event("approval.ask"):
        call(me, line, login_hint=number, binding_message="58")
    (text,) = messages()
    assert "12345政务服务热线" in text
    assert ISSUER not in text


def test_what_is_recorded_of_a_request_holds_no_phone_and_no_id(
    me: Person, number: str, line: Portal
) -> None:
    request = call(me, line, login_hint=number)
    recorded = str(events())
    assert number.removeprefix("+86") not in recorded
    assert request.answer["auth_req_id"] not in recorded
