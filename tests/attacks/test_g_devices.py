"""Attack book, group G: devices and their codes."""

import pytest
from flask import Flask

from idp import persons, sessions, settings
from idp.logout import people
from tests.actors import Person, Portal, citizen, decode
from tests.approving import (
    DEVICE_CODE,
    app_on_tv,
    approve_device,
    ask_for_codes,
    decide,
    error,
    hidden,
    kiosk,
    open_code,
    send,
    type_code,
    with_phone,
)
from tests.conftest import MovableClock
from tests.records import events, nothing_changed, one_event

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


@pytest.mark.parametrize("anew", [False, True], ids=["one session", "many sessions"])
def test_g01_guessing_codes_stops_after_ten(app: Flask, stranger: Person, anew: bool) -> None:
    ask_for_codes(stranger, kiosk())
    with one_event("device.bruteforce"):
        statuses = [
            type_code(Person(app) if anew else stranger, f"BBBB-BBB{letter}").status_code
            for letter in "BCDFGHJKLMNPQRS"
        ]
    assert statuses == [400] * 10 + [429] * 5


def test_g01_an_account_guesses_no_more_than_a_stranger(app: Flask) -> None:
    person_id = citizen()
    statuses = []
    for n in range(12):
        person = Person(app)
        person.log_in(person_id)
        page = person.get("/device")
        answer = person.post(
            "/device",
            {**hidden(page), "user_code": "BBBB-BBBB"},
            environ_overrides={"REMOTE_ADDR": f"192.0.2.{n}"},
        )
        statuses.append(answer.status_code)
    assert statuses == [400] * 10 + [429] * 2


@pytest.mark.parametrize(
    "spelling",
    ["{}", "{lower}", "{plain}", " {} ", "{spaced}", "{wide}", "{plain}\u200b", "{lower}\u00ad", "{em}"],
)
def test_g02_a_code_has_one_meaning_however_it_is_typed(me: Person, spelling: str) -> None:
    device = ask_for_codes(me, kiosk())
    code = device.user_code
    plain = code.replace("-", "")
    typed = spelling.format(
        code,
        lower=code.lower(),
        plain=plain,
        spaced=" ".join(plain),
        wide="".join(chr(ord(letter) + 0xFEE0) for letter in plain),
        em=code.replace("-", "\u2014"),
    )
    assert type_code(me, typed).status_code == 303


@pytest.mark.parametrize("twin", [("B", "\u0412"), ("H", "\u041d"), ("K", "\u039a")])
def test_g02_a_letter_that_only_looks_alike_is_another(
    me: Person, monkeypatch: pytest.MonkeyPatch, twin: tuple[str, str]
) -> None:
    letter, other = twin
    monkeypatch.setattr("idp.approvals.user_code.new", lambda: f"{letter * 4}-{letter * 4}")
    device = ask_for_codes(me, kiosk())
    assert type_code(me, device.user_code.replace(letter, other)).status_code == 400
    assert type_code(me, device.user_code).status_code == 303


def test_g04_another_client_cannot_poll_with_a_device_code(me: Person) -> None:
    device = ask_for_codes(me, kiosk())
    approve_device(me, device)
    thief = kiosk("thief")
    with one_event("token.refuse"):
        assert error(device.poll(thief)) == (400, "invalid_grant")
    assert events("token.refuse")[-1].reason == "client_mismatch"
    assert device.poll().status_code == 200


def test_g05_a_flood_of_polls_is_slowed_and_writes_nothing(me: Person) -> None:
    device = ask_for_codes(me, kiosk())
    device.poll()
    before = len(events())
    answers = {error(device.poll()) for _ in range(100)}
    assert answers == {(400, "slow_down")}
    assert len(events()) == before


def test_g06_what_was_approved_is_given_whatever_the_poll_asks(me: Person) -> None:
    device = ask_for_codes(me, kiosk(), scope="openid")
    approve_device(me, device)
    body = device.poll(scope="openid profile realname").json or {}
    assert body["scope"] == "openid"
    assert decode(body["access_token"])["scope"] == "openid"


def test_g08_the_page_says_who_asks_from_where_and_how_to_refuse(me: Person) -> None:
    client = kiosk()
    answer = me.post(
        "/device_authorization",
        {"scope": "openid"},
        headers=client.basic,
        environ_overrides={"REMOTE_ADDR": "198.51.100.9"},
    )
    page = me.get(open_code(me, (answer.json or {})["user_code"])).text
    for told in (
        "政务服务自助终端",
        "一层3号机",
        "198.51.100.9",
        "网络不同",
        "设备不在您面前",
        'value="deny"',
    ):
        assert told in page


def test_g08_a_high_level_needs_a_factor_shown_now(app: Flask, time_travel: MovableClock) -> None:
    person = Person(app)
    person.log_in(citizen(), ial=3, methods=("pwd", "otp"))
    device = ask_for_codes(person, kiosk(), acr_values="l3")
    path = open_code(person, device.user_code)
    assert person.get(path).status_code == 200
    time_travel.advance(301)
    assert "/login/" in person.get(path).location
    low = ask_for_codes(person, kiosk("low"))
    assert person.get(open_code(person, low.user_code)).status_code == 200


def test_g08_the_tokens_are_no_stronger_than_the_approval(me: Person) -> None:
    device = ask_for_codes(me, kiosk())
    path = open_code(me, device.user_code)
    decide(me, path)
    session = session_of(me)
    sessions.strengthen(session, ("otp",))
    claims = decode((device.poll().json or {})["id_token"])
    assert (claims["amr"], claims["aal"], claims["auth_time"]) == (["pwd"], 1, session.auth_time)


def test_g09_an_account_that_is_stopped_lets_no_device_in(me: Person) -> None:
    person_id = session_of(me).person_id
    before, after = ask_for_codes(me, kiosk()), ask_for_codes(me, kiosk("second"))
    path = open_code(me, after.user_code)
    approve_device(me, before)
    people.freeze(person_id, cause="test")
    assert error(before.poll()) == (400, "access_denied")
    answer = me.post(path, {"decision": "approve"})
    assert answer.status_code != 200
    assert error(after.poll()) == (400, "authorization_pending")


def test_g09_an_account_stopped_while_it_approves_lets_no_device_in(
    me: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The approval looks at the account after its session is made: of two at once one sees the other.

    Whoever is not frozen but logged out meanwhile lets no device in either.
    """
    device = ask_for_codes(me, kiosk())
    path = open_code(me, device.user_code)
    page = hidden(me.get(path))
    person_id = session_of(me).person_id
    real = sessions.branch

    def stopped_meanwhile(*given: object, **named: object) -> sessions.Session:
        people.freeze(person_id, cause="test")
        return real(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(sessions, "branch", stopped_meanwhile)
    asked = me.post(path, {**page, "decision": "approve"}).location
    assert me.agree(asked).status_code == 303
    refused = me.get(path)
    assert 'data-decided="approved"' not in refused.text
    assert error(device.poll()) == (400, "authorization_pending")
    assert sessions.of_person(person_id) == []


def test_g10_g12_what_a_qr_code_shows_fetches_nothing(me: Person, app: Flask) -> None:
    """The code on the screen is for the person who approves; tokens go to who holds the device code."""
    tv = app_on_tv()
    device = ask_for_codes(me, tv)
    shown = device.codes["verification_uri_complete"]
    approve_device(me, device)
    onlooker = Person(app)
    for guess in (device.user_code, shown, shown.rpartition("=")[2].replace("-", "")):
        form = {"grant_type": DEVICE_CODE, "device_code": guess}
        assert error(send(onlooker, "/token", tv, form)) == (400, "invalid_grant")
    assert device.poll().status_code == 200


def test_g14_who_approves_is_who_is_logged_in_whatever_the_form_says(me: Person) -> None:
    device = ask_for_codes(me, kiosk())
    path = open_code(me, device.user_code)
    other = citizen("010101199003072312", "李四")
    claimed = {"userId": other, "person_id": other, "sub": other, "idNumber": "010101199003072312"}
    answer = me.post(path, {**hidden(me.get(path)), **claimed, "decision": "approve"})
    me.get(me.agree(answer.location).location)
    assert device.poll().status_code == 200
    assert sessions.of_person(other) == []
    assert len(sessions.of_person(session_of(me).person_id)) == 2


def test_g15_before_the_decision_a_poll_shows_nothing_of_the_person(me: Person) -> None:
    device = ask_for_codes(me, kiosk())
    me.get(open_code(me, device.user_code))
    answer = device.poll()
    assert set(answer.json or {}) == {"error", "error_description"}
    assert error(answer) == (400, "authorization_pending")
    assert "张" not in answer.text


def test_g18_the_next_visitor_of_a_machine_meets_nothing_of_the_one_before(app: Flask, me: Person) -> None:
    machine = kiosk()
    first = ask_for_codes(me, machine)
    approve_device(me, first)
    left = first.poll().json or {}
    send(me, "/revoke", machine, {"token": left["access_token"]})
    bearer = {"Authorization": f"Bearer {left['access_token']}"}
    assert me.get("/userinfo", headers=bearer).status_code == 401
    assert error(first.poll()) == (400, "invalid_grant")

    visitor = Person(app)
    visitor.log_in(citizen("010101199003072312", "李四"))
    second = ask_for_codes(visitor, machine)
    approve_device(visitor, second)
    before, now = (decode(body["id_token"]) for body in (left, second.poll().json or {}))
    assert before["sid"] != now["sid"]
    assert before["sub"] != now["sub"]


def test_g19_a_kiosk_gets_short_tokens_and_no_refresh_token(me: Person) -> None:
    client = kiosk(access_token_lifetime=300)
    device = ask_for_codes(me, client)
    approve_device(me, device)
    body = device.poll().json or {}
    assert body["expires_in"] == 300
    assert "refresh_token" not in body


def test_j17_a_death_ends_what_was_approved(me: Person) -> None:
    person_id = session_of(me).person_id
    device = ask_for_codes(me, kiosk())
    approve_device(me, device)
    body = device.poll().json or {}
    people.record_death(person_id)
    bearer = {"Authorization": f"Bearer {body['access_token']}"}
    assert me.get("/userinfo", headers=bearer).status_code == 401


@pytest.mark.parametrize("path", ["/device", "/account/requests"])
def test_k09_the_pages_cannot_be_framed(me: Person, path: str) -> None:
    answer = me.get(path)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_k09_the_page_that_asks_cannot_be_framed(me: Person) -> None:
    device = ask_for_codes(me, kiosk())
    answer = me.get(open_code(me, device.user_code))
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_o16_strangers_fill_no_memory_with_codes(stranger: Person) -> None:
    tv = app_on_tv()
    limit = settings.current().device_starts
    statuses = [
        send(stranger, "/device_authorization", tv, {"scope": "openid"}).status_code for _ in range(limit + 3)
    ]
    assert statuses == [200] * limit + [429] * 3


def test_o16_looking_at_the_code_page_keeps_nothing(stranger: Person, tax: Portal) -> None:
    with nothing_changed():
        for _ in range(5):
            stranger.get("/device?user_code=BBBB-BBBB")
