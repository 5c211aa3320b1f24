"""RFC 9700: best current practice for OAuth 2.0 security, section by section."""

from urllib.parse import urlencode

from tests.actors import ISSUER, Person, Portal, decode, portal, query
from tests.records import nothing_changed


def test_2_1_a_redirect_address_is_compared_character_by_character(me: Person, tax: Portal) -> None:
    for uri in (tax.redirect_uri + "/", tax.redirect_uri + "?a", tax.redirect_uri.upper()):
        assert me.authorize(tax, redirect_uri=uri).status_code == 400


def test_2_1_1_the_challenge_of_a_request_is_bound_to_its_code(me: Person, tax: Portal) -> None:
    me.tokens(tax)
    mine, injected = Portal(client=tax.client, secret=tax.secret), me.code_for(tax)
    assert me.token(mine, mine.token_form(injected)).status_code == 400


def test_2_1_2_no_token_is_given_in_an_authorization_response(me: Person, tax: Portal) -> None:
    me.tokens(tax)
    location = me.authorize(tax).location
    assert "#" not in location
    assert set(query(location)) == {"code", "state", "iss", "session_state"}


def test_2_2_2_a_refresh_token_of_a_public_client_is_rotated(me: Person) -> None:
    app = portal(
        "app", token_endpoint_auth_method="none", application_type="native",
        redirect_uris=("http://127.0.0.1/cb",), grant_types=("authorization_code", "refresh_token"),
    )  # fmt: skip
    made = me.post("/token", {**app.token_form(me.code_for(app)), "client_id": "app"}).json or {}
    form = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"], "client_id": "app"}
    again = me.post("/token", form).json or {}
    assert again["refresh_token"] != made["refresh_token"]
    assert me.post("/token", form).status_code == 400


def test_2_3_an_access_token_names_the_services_it_is_for(me: Person) -> None:
    one = portal("one", audience="https://api.one.example")
    assert "https://api.one.example" in decode(me.tokens(one)["access_token"])["aud"]


def test_2_4_the_password_grant_is_not_served(me: Person, tax: Portal) -> None:
    form = {"grant_type": "password", "username": "010101198504123013", "password": "x"}
    with nothing_changed():
        answer = me.token(tax, form)
    assert (answer.json or {})["error"] == "unsupported_grant_type"


def test_2_6_discovery_is_published(me: Person) -> None:
    assert me.get("/.well-known/oauth-authorization-server").status_code == 200


def test_4_2_4_nothing_of_a_request_leaks_by_the_referrer(me: Person, stranger: Person, tax: Portal) -> None:
    for answer in (stranger.authorize(tax), me.authorize(tax, client_id="nobody")):
        assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin")
    page = stranger.get(stranger.authorize(tax).location)
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_4_3_2_no_token_is_taken_from_an_address(me: Person, tax: Portal) -> None:
    access = me.tokens(tax)["access_token"]
    assert me.get(f"/userinfo?access_token={access}").status_code == 401


def test_4_4_2_responses_name_their_issuer_against_mix_up(me: Person, tax: Portal) -> None:
    assert query(me.authorize(tax, prompt="none").location)["iss"] == "http://127.0.0.1:8080"


def test_4_11_the_server_is_no_open_redirector(stranger: Person, tax: Portal) -> None:
    for path in (
        "/preferences?next=https://evil.example/",
        "/preferences?next=//evil.example/",
        "/preferences?next=/\\evil.example/",
        "/end_session?post_logout_redirect_uri=https://evil.example/",
        "/authorize?redirect_uri=https://evil.example/&client_id=tax",
        "/login?next=https://evil.example/",
    ):
        answer = stranger.get(path)
        for _ in range(3):
            assert "evil.example" not in answer.headers.get("Location", ""), path
            if answer.status_code != 303:
                break
            answer = stranger.get(answer.location)


def test_4_12_a_browser_is_sent_on_by_303(me: Person, tax: Portal) -> None:
    asked = me.get(me.get(me.authorize(tax).location).location).location
    agreed = me.agree(asked)
    assert [agreed.status_code, me.get(agreed.location).status_code] == [303, 303]


def test_4_16_no_page_can_be_framed(stranger: Person, tax: Portal) -> None:
    page = stranger.get(stranger.authorize(tax).location)
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_2_6_scripts_of_other_sites_read_no_authorization_response(me: Person, tax: Portal) -> None:
    """RFC 9700 §2.6: the authorization endpoint does not support CORS; public documents may."""
    me.tokens(tax)
    origin = {"Origin": "https://evil.example"}
    for path in ("/authorize?" + urlencode(tax.request()), "/authorize"):
        assert "Access-Control-Allow-Origin" not in me.get(path, headers=origin).headers
    assert me.http.options("/authorize", base_url=ISSUER, headers=origin).status_code == 405
    assert me.get("/jwks", headers=origin).headers["Access-Control-Allow-Origin"] == "*"


def test_4_8_2_a_verifier_without_a_challenge_is_impossible(me: Person, tax: Portal) -> None:
    """RFC 9700 §2.1.1, §4.8.2: no downgrade: there is no code without a challenge to use a verifier with."""
    me.tokens(tax)
    for left_out in ({"code_challenge": None}, {"code_challenge": None, "code_challenge_method": None}):
        told = query(me.authorize(tax, **left_out).location)
        assert (told["error"], "code" in told) == ("invalid_request", False)


def test_4_17_the_session_frame_answers_the_asking_origin_alone(me: Person) -> None:
    """RFC 9700 §4.17: a message to another window names the origin it is for."""
    page = me.get("/check_session").text
    assert page.count("postMessage(") == 1
    assert "postMessage(word, event.origin)" in page
