"""Attack book, groups G and H: calls to a person who is elsewhere."""

import re

import pytest

from idp import persons, sessions, settings
from idp.approvals import announcement, jobs, store
from idp.logout import people
from tests.actors import Person
from tests.approving import (
    approve_call,
    call,
    error,
    hidden,
    hotline,
    messages,
    open_request,
    send,
    waiting,
    with_phone,
)
from tests.records import events, nothing_changed

pytestmark = pytest.mark.usefixtures("stores")


@pytest.fixture
def number(me: Person) -> str:
    """The phone of the citizen who is logged in."""
    person = persons.find_by_identifier("111", "010101198504123013")
    assert person is not None
    return with_phone(person.id)


def session_of(person: Person) -> sessions.Session:
    cookie = person.http.get_cookie("sid", domain="127.0.0.1")
    found = sessions.find(cookie.value if cookie else None)
    assert found is not None
    return found


def test_g20_a_window_gets_nothing_that_the_citizen_did_not_approve(me: Person, number: str) -> None:
    """Neither by asking, nor by what the citizen approved at the last visit."""
    window = hotline("window", name="综合窗口", name_en="Service Counter")
    yesterday = call(me, window, login_hint=number)
    approve_call(me)
    proof = yesterday.poll().json or {}
    for hint in ({"login_hint": number}, {"id_token_hint": proof["id_token"]}):
        assert error(call(me, window, **hint).poll()) == (400, "authorization_pending")
    assert error(yesterday.poll()) == (400, "invalid_grant")


def test_g21_a_person_is_not_bombed_with_requests(me: Person, number: str) -> None:
    line = hotline()
    answers = [call(me, line, login_hint=number).answer for _ in range(50)]
    assert len({frozenset(answer) for answer in answers}) == 1, "the portal sees no difference"
    assert len(waiting(me)) == 1, "one request of a portal at a time, the newest"
    assert len(messages()) == announcement.MOST_MESSAGES


def test_g21_many_portals_do_not_bury_a_person_either(me: Person, number: str) -> None:
    for n in range(6):
        call(me, hotline(f"line-{n}"), login_hint=number)
    assert len(waiting(me)) == store.MOST_WAITING
    assert [event.reason for event in events("approval.withhold")] == [
        "too many requests wait for the person"
    ] * 3


def test_g21_a_replaced_request_cannot_be_approved_and_its_portal_is_not_told(
    me: Person, number: str
) -> None:
    line = hotline()
    first = call(me, line, login_hint=number)
    path = open_request(me)
    call(me, line, login_hint=number)
    assert me.get(path).status_code == 404
    assert me.post(path, {**hidden(me.get("/device")), "decision": "approve"}).status_code == 404
    assert error(first.poll()) == (400, "authorization_pending")


def test_g23_a_request_for_a_stopped_account_is_never_approved(me: Person, number: str) -> None:
    person_id = session_of(me).person_id
    request = call(me, hotline(), login_hint=number)
    approve_call(me)
    people.freeze(person_id, cause="test")
    assert error(request.poll()) == (400, "access_denied")


def test_g23_a_request_begun_before_the_stop_is_shown_to_nobody(me: Person, number: str) -> None:
    person_id = session_of(me).person_id
    line = hotline()
    send(me, "/bc-authorize", line, {"scope": "openid", "login_hint": number})
    people.freeze(person_id, cause="test")
    jobs.announce_due()
    assert store.of_person(person_id) == []
    assert messages() == []


@pytest.mark.parametrize(
    "message",
    [
        "<b>58</b>",
        "https://evil.example/58",
        "go to evil.example/58",
        "www.evil",
        "evil\u3002com",
        "\u202e85",
        "5\u200b8",
        "\u2066x\u2069",
        "5\r\n8",
        "\x1b[31m58",
        "x\ufe0f" * 3,
        "\ud83d",
        " 58",
        "=1+1",
    ],
)
def test_g23_a_binding_message_hides_and_links_nothing(me: Person, number: str, message: str) -> None:
    line = hotline()
    form = {"scope": "openid", "login_hint": number, "binding_message": message}
    body = "&".join(f"{name}={quote(value)}" for name, value in form.items())
    with nothing_changed():
        answer = me.post(
            "/bc-authorize",
            body,
            headers=line.basic,
            content_type="application/x-www-form-urlencoded",
        )
    assert answer.status_code == 400
    assert error(answer)[1] in ("invalid_binding_message", "invalid_request")


def quote(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode(errors="surrogatepass"))


def test_h09_a_hint_does_not_tell_who_has_an_account(me: Person, number: str) -> None:
    line = hotline()
    answers = [
        send(me, "/bc-authorize", line, {"scope": "openid", "login_hint": hint})
        for hint in (number, "+8613900000009")
    ]
    shapes = [
        (one.status_code, sorted(one.headers.keys()), re.sub(r'"[\w-]{43}"', '""', one.text))
        for one in answers
    ]
    assert shapes[0] == shapes[1]


def test_h09_the_endpoint_looks_nobody_up(me: Person, number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its time cannot tell what it does not know: the worker finds the person, after the answer has left."""

    def refuse(*_: object) -> None:
        raise AssertionError("a person was looked up")

    line = hotline()
    monkeypatch.setattr(persons, "find_by_phone", refuse)
    monkeypatch.setattr(persons, "read", refuse)
    monkeypatch.setattr(persons, "find", refuse)
    form = {"scope": "openid", "login_hint": number}
    assert (
        me.http.post(
            "/bc-authorize", data=form, headers=line.basic, base_url="http://127.0.0.1:8080"
        ).status_code
        == 200
    )


def test_i13_one_portal_cannot_call_a_whole_city(
    me: Person, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = settings.current().model_copy(update={"backchannel_starts": 3})
    monkeypatch.setattr("idp.settings.settings._current", few)
    line, form = hotline(), {"scope": "openid", "login_hint": number}
    answers = [error(send(me, "/bc-authorize", line, form)) for _ in range(5)]
    assert answers == [(200, "")] * 3 + [(429, "temporarily_unavailable")] * 2
    assert error(send(me, "/bc-authorize", hotline("other"), form)) == (200, "")
