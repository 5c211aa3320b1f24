"""Attack book, group A: the authorization endpoint and the redirect URI."""

import re
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from werkzeug.test import TestResponse

from tests.actors import ISSUER, Person, Portal, decode, portal, query
from tests.records import nothing_changed, one_event


def is_page(answer: TestResponse) -> bool:
    """PAGE400: our own page, no way anywhere."""
    html = answer.content_type.startswith("text/html")
    return answer.status_code in (400, 403, 413) and html and "Location" not in answer.headers


def error_of(answer: TestResponse, portal: Portal) -> str:
    """CB(x): the error at the registered address, with state and iss."""
    assert answer.status_code == 303, answer.data
    assert answer.location.startswith(portal.redirect_uri + "?")
    parameters = query(answer.location)
    assert parameters["state"] == "st-1"
    assert parameters["iss"] == ISSUER
    assert "code" not in parameters
    assert parameters.get("error_description", "").isascii()
    return parameters["error"]


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/cb",
        "https://tax.example.gov@evil.example/cb",
        "https://tax.example.gov/cb/..;/steal",
        "https://tax.example.gov/cb%2f..%2fx",
        "HTTPS://tax.example.gov/cb",
        "https://TAX.example.gov/cb",
        "https://tax.example.gov:443/cb",
        "https://tax.example.gov/cb/",
        "https://tax.example.gov/cb?next=https://evil.example",
        "https://tax.example.gov/cb#x",
        "https://tax.example.gov/cb#",
        "https://taxxexample.gov/cb",
        "https://evil.tax.example.gov/cb",
        "javascript:alert(1)",
        "data:text/html,x",
        "",
    ],
)
def test_a01_a04_a06_a07_a08_a09_a10_a11_a15_a21_no_other_redirect_is_followed(
    me: Person, tax: Portal, uri: str
) -> None:
    with nothing_changed(), one_event("authz.reject"):
        answer = me.authorize(tax, redirect_uri=uri or None)
    assert is_page(answer)
    assert "evil" not in answer.text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a02_an_error_never_goes_to_an_unchecked_redirect(me: Person, tax: Portal, method: str) -> None:
    request = tax.request(redirect_uri="https://evil.example/cb", response_type="foo")
    answer = me.get("/authorize?" + urlencode(request)) if method == "GET" else me.post("/authorize", request)
    assert is_page(answer)


def test_a12_a_native_client_may_vary_the_port_and_nothing_else(me: Person) -> None:
    app = portal(
        "app",
        application_type="native",
        token_endpoint_auth_method="none",
        redirect_uris=("http://127.0.0.1/cb",),
        post_logout_redirect_uris=(),
    )
    allowed = me.authorize(app, redirect_uri="http://127.0.0.1:51234/cb")
    assert allowed.status_code == 303
    for uri in (
        "http://127.0.0.1:9@evil/cb",
        "http://127.0.0.1.evil/cb",
        "http://localhost:9/cb",
        "https://127.0.0.1/cb2",
    ):
        assert is_page(me.authorize(app, redirect_uri=uri))


def test_a16_form_post_escapes_and_posts_only_to_the_portal(me: Person, tax: Portal) -> None:
    me.code_for(tax)
    answer = me.authorize(tax, response_mode="form_post", state='"><script>x</script>')
    assert answer.status_code == 200
    assert "<script>x" not in answer.text
    assert "&lt;script&gt;x" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "form-action https://tax.example.gov;" in policy
    assert "unsafe" not in policy
    assert re.search(r'name="iss" value="http://127.0.0.1:8080"', answer.text)


@pytest.mark.parametrize("name", ["redirect_uri", "client_id"])
def test_a18_a_duplicate_of_what_decides_the_way_back_is_a_page(me: Person, tax: Portal, name: str) -> None:
    assert is_page(me.get("/authorize?" + urlencode(tax.request()) + f"&{name}=evil"))


@pytest.mark.parametrize("name", ["nonce", "code_challenge", "state", "scope", "prompt", "max_age"])
def test_a18_a_duplicate_of_any_other_parameter_mints_nothing(me: Person, tax: Portal, name: str) -> None:
    value = tax.request().get(name, "1")
    doubled = "/authorize?" + urlencode({**tax.request(), name: value}) + f"&{name}={quote(value)}"
    with nothing_changed():
        assert is_page(me.get(doubled))


@pytest.mark.parametrize(
    "response_type", ["token", "id_token token", "code token", "none", "code code", "CODE", "code id_token"]
)
def test_a22_only_the_code_flow_is_served(me: Person, tax: Portal, response_type: str) -> None:
    with nothing_changed(), one_event("authz.reject"):
        answer = me.authorize(tax, response_type=response_type)
    assert error_of(answer, tax) == "unsupported_response_type"


def test_a22_a_missing_response_type_is_an_invalid_request(me: Person, tax: Portal) -> None:
    assert error_of(me.authorize(tax, response_type=None), tax) == "invalid_request"


@pytest.mark.parametrize("mode", ["fragment", "web_message", "query.jwt", "form_post.jwt", "bogus"])
def test_a24_an_unregistered_response_mode_is_refused_in_the_default_one(
    me: Person, tax: Portal, mode: str
) -> None:
    assert error_of(me.authorize(tax, response_mode=mode), tax) == "invalid_request"


@pytest.mark.parametrize("state", ["a" * 2048, "\r\nX-I: 1", "🙂 中 %0d%0a", 'a=b+c">&x'])
def test_a25_state_comes_back_byte_for_byte(me: Person, tax: Portal, state: str) -> None:
    answer = me.authorize(tax, state=state, response_type="bogus")
    assert query(answer.location)["state"] == state
    assert "X-I" not in answer.headers


@pytest.mark.parametrize("state", ["a" * 65_000, "a\0b"])
def test_a25_a_state_nobody_can_return_is_a_page(me: Person, tax: Portal, state: str) -> None:
    assert is_page(me.authorize(tax, state=state))


def test_a26_the_issuer_stands_in_success_and_in_error(me: Person, tax: Portal) -> None:
    me.code_for(tax)
    assert query(me.authorize(tax).location)["iss"] == ISSUER
    assert query(me.authorize(tax, prompt="none", max_age="0").location)["iss"] == ISSUER


def test_a26_in_a_fragment_response_the_issuer_stands_in_the_fragment(me: Person, stores: None) -> None:
    client = portal("spa", response_modes=("query", "fragment"))
    me.code_for(client)
    location = urlsplit(me.authorize(client, response_mode="fragment").location)
    assert location.query == ""
    assert {"code", "state", "iss", "session_state"} == set(parse_qs(location.fragment))


@pytest.mark.parametrize(
    ("prompt", "error"),
    [("none login", "invalid_request"), ("NONE", "invalid_request"), ("none", "consent_required")],
)
def test_a27_prompts_are_judged(me: Person, tax: Portal, prompt: str, error: str) -> None:
    assert error_of(me.authorize(tax, prompt=prompt), tax) == error


def test_a27_prompt_none_without_a_session_needs_a_login(stranger: Person, tax: Portal) -> None:
    assert error_of(stranger.authorize(tax, prompt="none"), tax) == "login_required"


@pytest.mark.parametrize(
    "asked",
    [
        {"acr_values": "urn:gov-sso:acr:l3"},
        {"acr_values": "l3"},
        {"claims": '{"id_token":{"acr":{"essential":true,"values":["l3"]}}}'},
        {"claims": '{"id_token":{"acr":{"essential":true,"value":"urn:gov-sso:acr:l3"}}}'},
    ],
)
def test_a30_a_level_asked_for_is_reached_or_refused(me: Person, tax: Portal, asked: dict[str, str]) -> None:
    me.code_for(tax)
    assert error_of(me.authorize(tax, prompt="none", **asked), tax) == "login_required"
    assert "/login/" in me.authorize(tax, **asked).location


def test_a30_an_unknown_essential_level_is_refused(me: Person, tax: Portal) -> None:
    claims = '{"id_token":{"acr":{"essential":true,"values":["gold"]}}}'
    assert error_of(me.authorize(tax, claims=claims), tax) == "unmet_authentication_requirements"


def test_a33_the_hint_of_somebody_else_logs_nobody_in(
    app: object, me: Person, tax: Portal, health: Portal
) -> None:
    from tests.actors import citizen

    mine = me.tokens(tax)["id_token"]
    other = Person(app)  # type: ignore[arg-type]
    other.log_in(citizen("010102195109231025", "李示兰"))
    theirs = other.tokens(tax)["id_token"]
    assert error_of(me.authorize(tax, prompt="none", id_token_hint=theirs), tax) == "login_required"
    assert "code" in query(me.authorize(tax, prompt="none", id_token_hint=mine).location)
    foreign = me.tokens(health)["id_token"]
    assert error_of(me.authorize(tax, prompt="none", id_token_hint=foreign), tax) == "invalid_request"
    head, body, _ = mine.split(".")
    for hint in (f"{head}.{body}.", "eyJhbGciOiJub25lIn0." + body + ".", "x", mine[:-4] + "AAAA"):
        assert error_of(me.authorize(tax, prompt="none", id_token_hint=hint), tax) == "invalid_request"


@pytest.mark.parametrize(
    "scope", ["openid\tadmin", "openid\nadmin", "openid " * 5000, "ｏpenid", "openid admin", " "]
)
def test_a35_a_malformed_or_unknown_scope_is_refused(me: Person, tax: Portal, scope: str) -> None:
    with nothing_changed():
        assert error_of(me.authorize(tax, scope=scope), tax) == "invalid_scope"


def test_a35_a_nul_or_a_flood_is_a_page(me: Person, tax: Portal) -> None:
    assert is_page(me.authorize(tax, scope="openid\0admin"))
    assert is_page(me.authorize(tax, scope="x" * 200_000))


@pytest.mark.parametrize(
    "extra", [{"ui_locales": "../../etc/passwd"}, {"ui_locales": "{{7*7}}"}, {"display": "../x"}]
)
def test_a37_strange_locales_are_ignored(stranger: Person, tax: Portal, extra: dict[str, str]) -> None:
    answer = stranger.authorize(tax, **extra)
    page = stranger.get(answer.location)
    assert page.status_code == 200
    assert "49" not in page.headers.get("Content-Language", "")
    assert 'lang="zh-Hans"' in page.text


def test_an_unknown_client_gets_a_page_with_a_reference_number(me: Person, tax: Portal) -> None:
    answer = me.authorize(tax, client_id="nobody")
    assert is_page(answer)
    assert "nobody" not in answer.text
    assert re.search(r"[0-9a-f]{16}", answer.text)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("request", "invalid_request_object"),
        ("request_uri", "invalid_request_uri"),
        ("registration", "registration_not_supported"),
    ],
)
def test_request_objects_that_are_none_are_refused_by_name(
    me: Person, tax: Portal, name: str, error: str
) -> None:
    assert error_of(me.authorize(tax, **{name: "x"}), tax) == error


def test_post_by_a_portal_is_asked_again_by_get(me: Person, stranger: Person, tax: Portal) -> None:
    assert stranger.post("/authorize", tax.request()).location.startswith("/authorize?")
    assert parse_qs(urlsplit(stranger.post("/authorize", tax.request()).location).query)["state"] == ["st-1"]
    me.code_for(tax)
    assert "code" in query(me.post("/authorize", tax.request()).location)


def test_the_id_token_carries_what_was_asked(me: Person, tax: Portal) -> None:
    claims = decode(me.tokens(tax, nonce=None)["id_token"])
    assert "nonce" not in claims
    assert decode(me.tokens(tax, nonce="n-2")["id_token"])["nonce"] == "n-2"
