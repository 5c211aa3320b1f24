"""Attack book, group K: sessions, forged requests and what a stranger's page can learn."""

import re
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask

from idp import authenticators, logout, sessions, settings
from idp.base.errors import Rejected
from idp.oidc import answers
from idp.sessions import Participant, Session
from tests.actors import ISSUER, Person, Portal, citizen, portal, query
from tests.conftest import MovableClock
from tests.records import events, nothing_changed, one_event

PASSWORD = "correct horse battery staple"


def held(person: Person) -> Session:
    """The session of the person's browser."""
    cookie = person.http.get_cookie("sid", domain="127.0.0.1")
    session = sessions.find(cookie.value if cookie else None)
    assert session is not None
    return session


def lives(person: Person, access: str) -> bool:
    return person.get("/userinfo", headers={"Authorization": f"Bearer {access}"}).status_code == 200


def enters(person: Person, portal: Portal) -> bool:
    """Whether a silent request gets a code."""
    return "code" in query(person.authorize(portal, prompt="none").location)


@pytest.mark.parametrize("planted", ["x" * 43, "A" * 22 + "." + "B" * 43, "", ".", "A" * 22 + "."])
def test_k01_a_planted_session_cookie_opens_nothing(stranger: Person, tax: Portal, planted: str) -> None:
    stranger.http.set_cookie("sid", planted, domain="127.0.0.1")
    assert query(stranger.authorize(tax, prompt="none").location)["error"] == "login_required"


def test_k01_the_id_of_a_session_without_its_secret_opens_nothing(
    me: Person, stranger: Person, tax: Portal
) -> None:
    stranger.http.set_cookie("sid", f"{held(me).id}.{'A' * 43}", domain="127.0.0.1")
    assert not enters(stranger, tax)


def test_k04_another_browser_cannot_go_on_with_an_attempt(app: Flask, me: Person, tax: Portal) -> None:
    page = me.authorize(tax).location
    attempt = page.rpartition("/")[2]
    thief = Person(app)
    thief.log_in(citizen("01010119900307019X", "张试"))
    thief.authorize(tax)
    with nothing_changed():
        answer = thief.get(f"/authorize/continue/{attempt}")
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert thief.get(page).status_code == 404


def test_k04_an_attempt_gives_one_answer(me: Person, tax: Portal) -> None:
    page = me.authorize(tax).location
    back = me.get(page).location
    asked = me.get(back).location
    first = me.agree(asked).location
    assert "code=" in me.get(first).location
    with nothing_changed():
        assert me.get(first).status_code == 400


def test_k04_a_code_is_worth_nothing_in_another_flow_of_the_same_portal(me: Person, tax: Portal) -> None:
    code = me.code_for(tax)
    other = Portal(client=tax.client, secret=tax.secret)
    assert me.token(tax, other.token_form(code)).status_code == 400


def test_k06_the_mark_set_by_the_protocol_face_is_out_of_reach(stranger: Person, tax: Portal) -> None:
    (cookie,) = stranger.authorize(tax).headers.getlist("Set-Cookie")
    assert re.fullmatch(r"browser=[\w-]{43}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax", cookie)


def test_k06_under_tls_it_is_bound_to_the_host(stores: None, test_settings: settings.Settings) -> None:
    settings.use(test_settings.model_copy(update={"issuer": "https://id.example"}))
    _, cookie = answers.browser_cookie("m")
    assert cookie.startswith("__Host-browser=m; Path=/;")
    assert cookie.endswith("; Secure")


def test_k07_no_form_of_the_server_is_heard_without_its_token(app: Flask, me: Person) -> None:
    changing = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    assert len(changing) > 8
    with nothing_changed():
        for rule in changing:
            path = re.sub(r"<[^>]+>", "A" * 22, rule.rule)
            for headers in ({}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
                answer = me.post(path, {"decision": "agree", "action": "cancel"}, headers=headers)
                assert answer.status_code == 403, (path, headers)


def test_k13_a_refusal_is_told_to_the_portal_and_kept_nowhere(me: Person, tax: Portal) -> None:
    asked = me.get(me.get(me.authorize(tax).location).location).location
    back = me.agree(asked, decision="deny").location
    answer = query(me.get(back).location)
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "st-1", ISSUER)
    assert query(me.authorize(tax, prompt="none").location)["error"] == "consent_required"
    assert not held(me).participants
    assert me.get(back).status_code == 400, "the portal got a second answer"


def test_k14_a_session_that_ended_is_dead_everywhere(me: Person, tax: Portal) -> None:
    made, session = me.tokens(tax), held(me)
    logout.end(session, reason="test")
    assert not lives(me, made["access_token"])
    assert not enters(me, tax)
    assert urlsplit(me.get("/account/").location).path.startswith("/login/")


def test_k14_no_late_write_brings_a_session_back(me: Person, tax: Portal, time_travel: MovableClock) -> None:
    made, session = me.tokens(tax), held(me)
    time_travel.advance(120)
    logout.end(session, reason="test")
    # What a request does that found the session a moment before it was ended:
    sessions.touch(session)
    entered = Participant(since=1, consent="x", scopes=("openid",), organization=None)
    assert not sessions.enter(session, "other", entered)
    with pytest.raises(Rejected, match="AUTH-007"):
        sessions.strengthen(session, ("otp",))
    assert not lives(me, made["access_token"])
    assert sessions.of_person(session.person_id) == []


def test_k14_a_code_does_not_outlive_the_session_it_was_given_in(me: Person, tax: Portal) -> None:
    code = me.code_for(tax)
    logout.end(held(me), reason="test")
    answer = me.token(tax, tax.token_form(code))
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_grant")


def test_k14_a_code_does_not_outlive_the_consent_it_was_given_by(me: Person, tax: Portal) -> None:
    from idp.consent import service

    code = me.code_for(tax)
    service.withdraw(held(me).person_id, "tax")
    assert me.token(tax, tax.token_form(code)).status_code == 400


def test_k14_a_changed_password_ends_every_other_session(app: Flask, me: Person, tax: Portal) -> None:
    authenticators.password.set(held(me).person_id, PASSWORD)
    elsewhere = Person(app)
    elsewhere.log_in(held(me).person_id)
    made, before = elsewhere.tokens(tax), me.http.get_cookie("sid", domain="127.0.0.1")
    page = me.get("/account/password").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    new = "a wholly different staple"
    form = {"csrf_token": token[1] if token else "", "old": PASSWORD, "new": new, "again": new}
    with one_event("session.kill"):
        assert me.post("/account/password", form).status_code == 303
    assert not lives(elsewhere, made["access_token"])
    assert not enters(elsewhere, tax)
    assert me.get("/account/").status_code == 200
    assert before is not None
    assert sessions.find(before.value) is None, "the cookie from before the change still opens the session"


def test_k15_an_unused_session_ends_by_the_servers_clock(
    me: Person, tax: Portal, time_travel: MovableClock
) -> None:
    me.tokens(tax)
    time_travel.advance(settings.current().session_idle)
    assert not enters(me, tax)


def test_k15_a_used_session_ends_at_its_absolute_limit(
    me: Person, tax: Portal, time_travel: MovableClock
) -> None:
    me.tokens(tax)
    step = settings.current().session_idle - 60
    for _ in range(settings.current().session_absolute // step):
        time_travel.advance(step)
        assert enters(me, tax)
    time_travel.advance(step)
    assert not enters(me, tax)


def test_k15_old_sessions_leave_the_list_of_a_person(
    app: Flask, stores: None, time_travel: MovableClock
) -> None:
    from idp.store import redis

    person = citizen()
    for _ in range(5):
        Person(app).log_in(person)
        time_travel.advance(settings.current().session_absolute + 1)
    Person(app).log_in(person)
    (index,) = redis.call("KEYS", "ps:*")
    assert redis.call("ZCARD", index) == 1


def test_k24_a_weak_session_does_not_slip_into_a_strong_portal(me: Person, tax: Portal) -> None:
    strong = portal("bank", min_level=3)
    me.tokens(tax)
    silent = query(me.authorize(strong, prompt="none").location)
    assert silent["error"] in ("login_required", "interaction_required", "unmet_authentication_requirements")
    page = me.authorize(strong)
    assert page.location.startswith("/login/")
    assert me.get(page.location.replace("/login/", "/authorize/continue/")).location == page.location


def test_k26_personal_pages_are_stored_by_nobody(app: Flask, me: Person, tax: Portal) -> None:
    pages = ["/", *(rule.rule for rule in app.url_map.iter_rules("account.overview"))]
    pages += ["/account/sessions", "/account/consents", "/account/password", "/account/history"]
    pages += [me.get(me.get(me.authorize(tax).location).location).location]
    for path in pages:
        answer = me.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["Cache-Control"] == "no-store", path
        assert "Cookie" in answer.headers["Vary"], path


def test_k28_a_session_is_taken_from_the_cookie_alone(me: Person, stranger: Person, tax: Portal) -> None:
    me.tokens(tax)
    cookie = me.http.get_cookie("sid", domain="127.0.0.1")
    assert cookie is not None
    value = cookie.value
    for answer in (
        stranger.authorize(tax, prompt="none", sid=value, session=value, session_id=value),
        stranger.get(
            "/authorize?"
            + "&".join(f"{k}={v}" for k, v in tax.request(prompt="none", scope="openid").items()),
            headers={"sid": value, "X-Session-Id": value, "Authorization": f"Bearer {value}"},
        ),
    ):
        assert query(answer.location)["error"] == "login_required"
    assert stranger.get(f"/account/;sid={value}?sid={value}").status_code == 404


def test_k29_a_strangers_page_cannot_tell_who_is_logged_in(me: Person, stranger: Person, tax: Portal) -> None:
    """Frames, images and fetches of another site carry no SameSite=Lax cookie, and get one answer."""
    me.tokens(tax)
    cross = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    path = "/authorize?" + urlencode(tax.request(prompt="none"))
    answer = stranger.get(path, headers=cross)
    assert query(answer.location)["error"] == "login_required"
    for answered in (answer, me.get(path), me.get("/"), me.get("/userinfo")):
        assert answered.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in answered.headers
    assert me.get("/").headers["X-Frame-Options"] == "DENY"


def test_a_removed_redirect_ends_a_login_on_a_page(me: Person, tax: Portal) -> None:
    page = me.authorize(tax).location
    portal("tax", redirect_uris=("https://tax.example.gov/other",))
    answer = me.get(page.replace("/login/", "/authorize/continue/"))
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert events("authz.reject")[-1].reason == "redirect taken away during login"


def test_no_number_a_portal_hints_at_stands_in_redis(stranger: Person, tax: Portal) -> None:
    from idp.store import redis

    page = stranger.authorize(tax, login_hint="010101198504123013").location
    assert "010101198504123013" in stranger.get(page).text
    for key in redis.call("KEYS", "*"):
        if redis.call("TYPE", key) == b"string":
            assert b"010101198504123013" not in redis.call("GET", key), key
