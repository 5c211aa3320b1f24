"""Attack book, group K: logging out, forced, diverted, and seen from the portals."""

import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp import keyring, logout, sessions, settings
from idp.base.errors import Rejected
from idp.logout import backchannel, jobs, queries
from tests.actors import Person, Portal, citizen, decode, portal
from tests.developers import Developer
from tests.records import events, nothing_changed, one_event
from tests.sink import answers, dripping, gushing, silent, sink
from tests.webface import csrf

BYE = "https://tax.example.gov/bye"


def logged_in(person: Person) -> bool:
    cookie = person.http.get_cookie("sid", domain="127.0.0.1")
    return sessions.find(cookie.value if cookie else None) is not None


def ask(person: Person, method: str = "GET", **parameters: str) -> TestResponse:
    """Go to the end-session endpoint and on to the page it leads to."""
    if method == "GET":
        answer = person.get("/end_session?" + urlencode(parameters))
    else:
        answer = person.post("/end_session", parameters)
    return person.get(answer.location) if answer.status_code == 303 else answer


@pytest.fixture
def impatient(stores: None, test_settings: settings.Settings) -> Iterator[None]:
    """Portals have one second to answer."""
    settings.use(test_settings.model_copy(update={"logout_timeout": 1}))
    yield
    settings.use(test_settings)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_k16_nobody_is_logged_out_by_a_link(me: Person, tax: Portal, method: str) -> None:
    page = ask(me, method, state="x")
    assert page.status_code == 200
    assert logged_in(me)
    assert csrf(page.text)


def test_k16_the_confirmation_is_a_form_of_this_browser(app: Flask, me: Person, tax: Portal) -> None:
    path = me.get("/end_session").location
    with nothing_changed():
        assert me.post(path, {}).status_code == 403
        assert me.post(path, {}, headers={"Origin": "https://evil.example"}).status_code == 403
    stranger = Person(app)
    assert stranger.get(path).status_code == 400
    assert logged_in(me)


def test_k16_a_hint_of_an_earlier_session_does_not_log_out_this_one(
    app: Flask, me: Person, tax: Portal
) -> None:
    hint = me.tokens(tax)["id_token"]
    assert me.http.get_cookie("sid", domain="127.0.0.1") is not None
    again = Person(app)
    (session,) = sessions.of_person(_person_of(me))
    again.log_in(session.person_id)
    page = ask(again, id_token_hint=hint)
    assert (page.status_code, logged_in(again)) == (200, True)


def test_k16_a_hint_of_another_person_asks_first(app: Flask, me: Person, tax: Portal) -> None:
    other = Person(app)
    other.log_in(citizen("01010119900307019X", "张试"))
    hint = other.tokens(tax)["id_token"]
    page = ask(me, id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert (page.status_code, logged_in(me), logged_in(other)) == (200, True, True)


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/",
        BYE + "/",
        BYE + "?next=https://evil.example",
        BYE + "#x",
        BYE.upper(),
        "https://tax.example.gov@evil.example/bye",
        "https://tax.example.gov:443/bye",
        "https://tax.example.gov/bye/..;/x",
        "https://health.example.gov/bye",
        "//evil.example/bye",
        "javascript:alert(1)",
        BYE + "\r\nX-Injected: 1",
    ],
)
def test_k17_only_a_registered_address_of_the_asking_portal_is_gone_to(
    me: Person, tax: Portal, health: Portal, uri: str
) -> None:
    hint = me.tokens(tax)["id_token"]
    with one_event("authz.reject"):
        answer = ask(me, id_token_hint=hint, post_logout_redirect_uri=uri, state="s-secret")
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "s-secret" not in answer.text
    assert logged_in(me)


def test_k17_a_sandbox_client_leads_nobody_away_but_its_own_people(app: Flask, me: Person) -> None:
    builder, bye = Developer(app, 1), "https://lure.example/bye"
    lure = builder.sandbox(
        builder.team(), redirect_uris=("https://lure.example/cb",), post_logout_redirect_uris=(bye,)
    )
    hint = builder.tokens(lure, scope="openid")["id_token"]
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": bye, "state": "x"}
    assert ask(Person(app), **asked).location == "/logout/done/-"
    page = me.get("/end_session?" + urlencode(asked)).location
    assert "lure.example" not in me.get(page).text
    assert me.post(page, {"csrf_token": csrf(me.get(page).text)}).location.startswith("/logout/done/")
    assert ask(builder, **asked).location.startswith(bye)


def test_k17_without_a_hint_there_is_no_way_back(me: Person, tax: Portal) -> None:
    for named in ({}, {"client_id": "tax"}):
        page = ask(me, post_logout_redirect_uri=BYE, state="s-secret", **named)
        assert page.status_code == 200
        assert "tax.example.gov/bye" not in page.text
        assert "s-secret" not in page.text
    path = me.get("/end_session?" + urlencode({"post_logout_redirect_uri": BYE})).location
    done = me.post(path, {"csrf_token": csrf(me.get(path).text)})
    assert done.location.startswith("/logout/done/")


def test_k17_a_client_id_beside_another_portals_hint_is_refused(
    me: Person, tax: Portal, health: Portal
) -> None:
    hint = me.tokens(tax)["id_token"]
    answer = ask(me, id_token_hint=hint, client_id="health", post_logout_redirect_uri=BYE)
    assert answer.status_code == 400


@pytest.mark.parametrize("state", ["a\r\nX-Injected: 1", "é 中文 😀", "a&b=c#d"])
def test_k17_the_state_comes_back_whole_and_splits_no_header(me: Person, tax: Portal, state: str) -> None:
    hint = me.tokens(tax)["id_token"]
    answer = ask(me, id_token_hint=hint, post_logout_redirect_uri=BYE, state=state)
    assert answer.location == f"{BYE}?{urlencode({'state': state})}"
    assert "X-Injected" not in answer.headers


def test_k17_a_state_without_end_is_refused(me: Person, tax: Portal) -> None:
    hint = me.tokens(tax)["id_token"]
    assert (
        ask(me, "POST", id_token_hint=hint, post_logout_redirect_uri=BYE, state="s" * 3000).status_code == 400
    )


def test_k20_a_hint_tells_nothing_about_the_person_and_may_be_posted(me: Person, tax: Portal) -> None:
    hint = me.tokens(tax, scope="openid profile realname age")["id_token"]
    text = str(decode(hint))
    assert "张" not in text
    assert "010101" not in text
    answer = ask(me, "POST", id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert answer.location == BYE
    assert not logged_in(me)


def test_k21_a_logout_token_is_good_for_nothing_else(me: Person, tax: Portal) -> None:
    (session,) = sessions.of_person(_person_of(me))
    token = backchannel.logout_token(tax.client, session.person_id, session.id)
    assert keyring.verify(token, typ="logout+jwt")["aud"] == "tax"
    for typ in ("JWT", "at+jwt"):
        with pytest.raises(Rejected):
            keyring.verify(token, typ=typ)
    assert ask(me, id_token_hint=token, post_logout_redirect_uri=BYE).status_code == 400
    assert me.get("/userinfo", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert me.authorize(tax, id_token_hint=token).status_code == 303
    assert "error=invalid_request" in me.authorize(tax, id_token_hint=token).location


def test_k22_a_redirect_is_not_followed(me: Person) -> None:
    with sink() as inside, sink(answers(302, ("Location", inside.uri))) as portal_:
        one = portal("tax", backchannel_logout_uri=portal_.uri)
        assert backchannel.deliver(one.client, "token") == "302"
        assert (len(portal_.forms), len(inside.forms)) == (1, 0)


def test_k22_m06_no_proxy_gets_the_token(me: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    with sink() as proxy, sink() as portal_:
        monkeypatch.setenv("http_proxy", proxy.uri)
        monkeypatch.setenv("HTTP_PROXY", proxy.uri)
        one = portal("tax", backchannel_logout_uri=portal_.uri)
        assert backchannel.deliver(one.client, "token") == "200"
        assert (len(portal_.forms), len(proxy.forms)) == (1, 0)


def test_k22_ten_megabytes_are_not_read(me: Person) -> None:
    with sink(gushing) as portal_:
        one = portal("tax", backchannel_logout_uri=portal_.uri)
        began = time.monotonic()
        assert backchannel.deliver(one.client, "token") == "200"
        assert time.monotonic() - began < 1


@pytest.mark.parametrize("behave", [silent, dripping])
def test_k22_a_slow_portal_is_cut_at_one_deadline(me: Person, impatient: None, behave: object) -> None:
    with sink(behave) as portal_:  # type: ignore[arg-type]
        one = portal("tax", backchannel_logout_uri=portal_.uri)
        began = time.monotonic()
        assert not backchannel.deliver(one.client, "token").isdigit()
        assert time.monotonic() - began < 2


def test_k22_a_dead_portal_with_a_long_queue_holds_up_no_other(app: Flask, impatient: None) -> None:
    person = citizen()
    with sink(silent) as dead, sink() as alive:
        portals = [
            portal("dead", backchannel_logout_uri=dead.uri),
            portal("alive", backchannel_logout_uri=alive.uri),
        ]
        for _ in range(20):
            visitor = Person(app)
            visitor.log_in(person)
            visitor.code_for(portals[0])
        last = Person(app)
        last.log_in(person)
        last.code_for(portals[1])
        logout.end_all(person, reason="test")
        began = time.monotonic()
        jobs.deliver_due()
        assert time.monotonic() - began < 3
        assert len(alive.forms) == 1
        assert len(dead.forms) == 1, "a portal that does not answer is asked once a round"
        assert jobs.deliver_due() == 0, "the rest of its queue waits with it"
    waiting = [row for row in queries.due(2**40, 100) if row.client_id == "dead"]
    assert len(waiting) == 20
    assert events("logout.delivered")[-1].client == "alive"


def test_k22_logging_out_waits_for_no_portal(me: Person, impatient: None) -> None:
    with sink(silent) as dead:
        one = portal("tax", backchannel_logout_uri=dead.uri)
        hint = me.tokens(one)["id_token"]
        began = time.monotonic()
        assert ask(me, id_token_hint=hint, post_logout_redirect_uri=BYE).location == BYE
        assert time.monotonic() - began < 1
        assert not logged_in(me)


@pytest.mark.parametrize("name", ["\0", "x" * 300, "../../etc/passwd", "A" * 22, "é"])
def test_the_last_page_answers_any_address(me: Person, name: str) -> None:
    from urllib.parse import quote

    assert me.get("/logout/done/" + quote(name, safe="")).status_code in (200, 400, 404)


def _person_of(me: Person) -> str:
    cookie = me.http.get_cookie("sid", domain="127.0.0.1")
    session = sessions.find(cookie.value if cookie else None)
    assert session is not None
    return session.person_id
