"""OpenID Connect Session Management 1.0: ``session_state`` and the frame that judges it."""

import base64
import hashlib

from idp import settings
from idp.sessions import browser_state
from tests.actors import ISSUER, Person, Portal, citizen, portal, query


def expected(client_id: str, origin: str, state: str, salt: str) -> str:
    text = f"{client_id} {origin} {state} {salt}".encode()
    return base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()


def test_section_2_the_answer_to_a_web_portal_carries_session_state(me: Person, tax: Portal) -> None:
    session = me.log_in(citizen("010102195109231025", "李示兰"))
    me.code_for(tax)
    told = query(me.authorize(tax).location)["session_state"]
    value, _, salt = told.partition(".")
    state = browser_state.of_session(session.id)
    assert value == expected("tax", "https://tax.example.gov", state, salt)


def test_section_2_each_answer_is_salted_anew(me: Person, tax: Portal) -> None:
    me.code_for(tax)
    first, second = (query(me.authorize(tax).location)["session_state"] for _ in range(2))
    assert first != second


def test_section_2_the_usual_port_is_no_part_of_the_origin() -> None:
    assert browser_state.origin("https://tax.example.gov:443/cb") == "https://tax.example.gov"
    assert browser_state.origin("https://tax.example.gov:8443/cb?x=1") == "https://tax.example.gov:8443"
    assert browser_state.origin("http://127.0.0.1:80/cb") == "http://127.0.0.1"


def test_a_native_app_gets_none(me: Person, stores: None) -> None:
    app = portal(
        "app",
        application_type="native",
        token_endpoint_auth_method="none",
        redirect_uris=("http://127.0.0.1/cb",),
    )
    me.code_for(app)
    assert "session_state" not in query(me.authorize(app).location)


def test_section_3_3_discovery_names_the_frame(me: Person) -> None:
    metadata = me.get("/.well-known/openid-configuration").json or {}
    assert metadata["check_session_iframe"] == f"{ISSUER}/check_session"


def test_section_3_2_the_frame_may_be_framed_and_can_do_nothing_else(me: Person) -> None:
    answer = me.get("/check_session")
    assert answer.status_code == 200
    assert "X-Frame-Options" not in answer.headers
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "frame-ancestors" not in policy
    assert me.post("/check_session").status_code == 405


def test_the_readable_cookie_tells_nothing_of_session_or_person(me: Person) -> None:
    session = me.log_in(citizen("010102195109231025", "李示兰"))
    state = browser_state.of_session(session.id)
    assert session.id not in state
    assert len(state) == 43


def test_the_frame_reads_the_name_the_cookie_has(me: Person, test_settings: settings.Settings) -> None:
    secure = test_settings.model_copy(update={"issuer": "https://sso.example.gov.cn"})
    assert secure.cookie_name("state") == "__Host-state"
    assert 'startsWith("state=")' in me.get("/check_session").text
