"""Attack book, rows that hold for every web page: H25 H26 K06 K07 K09 K28 N09 N21 N22 N23 O02 O18 O20."""

import pytest
from flask import Blueprint, Response, make_response, render_template_string, request
from flask.testing import FlaskClient

from idp import pages, persons, settings
from idp.pages import cookies
from tests.webface import citizen, csrf, face, log_in

MARKER = '"><script>alert(1)</script>{{7*7}}'
FORM = """{% extends "pages/base.html" %}{% block content %}<h1>x</h1><form method="post">{{ forms.csrf() }}
{{ forms.summary(errors) }}{{ forms.field("value", marker, value=marker, hint=marker, error=marker) }}
</form>{% endblock %}"""
PAGES = ("/", "/trial", "/nope", "/defect", "/preferences", "/busy-only-post")
CHANGED: list[str] = []


@pytest.fixture
def browser(stores: None) -> FlaskClient:
    """A browser at a page with one form."""
    trial = Blueprint("trial", __name__)

    @trial.get("/trial")
    def form() -> Response:
        return make_response(render_template_string(FORM, marker=MARKER, errors={"value": MARKER}))

    @trial.post("/trial")
    @trial.post("/busy-only-post")
    def change() -> Response:
        CHANGED.append(request.form.get("value", ""))
        return Response("changed", mimetype="text/plain")

    @trial.get("/defect")
    def defect() -> Response:
        raise RuntimeError("secret of /var/lib/idp in SELECT")

    CHANGED.clear()
    return face(trial).test_client()


def form_of(browser: FlaskClient) -> dict[str, str]:
    return {"csrf_token": csrf(browser.get("/trial").text), "value": "mine"}


def test_k07_a_form_of_ours_is_heard(browser: FlaskClient) -> None:
    own = {"Origin": settings.current().issuer, "Sec-Fetch-Site": "same-origin"}
    assert browser.post("/trial", data=form_of(browser), headers=own).status_code == 200
    assert CHANGED == ["mine"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8080.evil.example"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8080"},
    ],
)
def test_k07_a_request_another_site_started_changes_nothing_even_with_a_token(
    browser: FlaskClient, headers: dict[str, str]
) -> None:
    answer = browser.post("/trial", data=form_of(browser), headers=headers)
    assert (answer.status_code, CHANGED) == (403, [])
    assert "本次操作未执行" in answer.text


@pytest.mark.parametrize("token", [None, "", "x", "stolen"])
def test_k07_h25_a_form_without_this_browsers_token_changes_nothing(
    browser: FlaskClient, token: str | None
) -> None:
    if token == "stolen":
        token = csrf(browser.application.test_client().get("/trial").text)
    data = {"value": "evil"} | ({"csrf_token": token} if token is not None else {})
    assert (browser.post("/trial", data=data).status_code, CHANGED) == (403, [])


def test_k07_json_sent_as_plain_text_changes_nothing(browser: FlaskClient) -> None:
    browser.get("/trial")
    answer = browser.post("/trial", data='{"value":"evil"}', content_type="text/plain")
    assert (answer.status_code, CHANGED) == (403, [])


def test_h26_what_a_form_posts_is_not_taken_from_an_address(browser: FlaskClient) -> None:
    assert browser.get("/busy-only-post?value=evil").status_code == 405
    assert CHANGED == []


@pytest.mark.parametrize("path", PAGES)
def test_k09_o20_no_page_can_be_framed_opened_or_cached(browser: FlaskClient, path: str) -> None:
    headers = browser.get(path).headers
    policy = headers["Content-Security-Policy"]
    for part in ("default-src 'none'", "script-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "camera=()" in headers["Permissions-Policy"]


def test_k06_every_cookie_of_ours_is_out_of_reach(
    browser: FlaskClient, test_settings: settings.Settings
) -> None:
    settings.use(test_settings.model_copy(update={"issuer": "https://sso.example.gov.cn"}))
    browser = face(browser.application.blueprints["trial"]).test_client()  # type: ignore[arg-type]
    answers = [browser.get("/trial"), browser.get("/preferences?lang=en")]
    sent = [line for answer in answers for line in answer.headers.getlist("Set-Cookie")]
    assert {line.split("=")[0] for line in sent} == {"__Host-web", "__Host-view"}
    for line in sent:
        assert all(flag in line for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/")), line
    assert all("max-age=31536000" in answer.headers["Strict-Transport-Security"] for answer in answers)


def test_k28_a_session_is_taken_from_the_cookie_alone(browser: FlaskClient) -> None:
    log_in(browser, citizen())
    cookie = browser.get_cookie(cookies.name("sid"))
    assert cookie
    stranger = browser.application.test_client()
    answer = stranger.get(f"/?sid={cookie.value}&session={cookie.value}", headers={"X-Session": cookie.value})
    assert "已登录" not in answer.text


def test_n09_n21_a_marker_in_every_field_comes_out_as_text(browser: FlaskClient) -> None:
    html = browser.get("/trial?lang=" + MARKER).text
    assert "<script" not in html
    assert html.count("{{7*7}}") >= 5
    assert "49" not in html
    assert "<script" not in browser.get(f"/{MARKER}?next={MARKER}").text


def test_n21_a_marker_in_a_persons_name_comes_out_as_text(
    browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(browser, citizen())
    monkeypatch.setattr(persons.Person, "name_masked", MARKER)
    assert "<script" not in browser.get("/").text


@pytest.mark.parametrize(
    "cookie", ['view="en.1.1', "view=en\\.1", "sid=\x01", "web=a; web=b; view=zh-Hans.1.1"]
)
def test_n22_odd_cookies_break_no_page(browser: FlaskClient, cookie: str) -> None:
    bare = browser.application.test_client(use_cookies=False)
    assert bare.get("/", headers={"Cookie": cookie}).status_code == 200


def test_n22_a_flood_of_cookies_is_told_how_to_recover(browser: FlaskClient) -> None:
    bare = browser.application.test_client(use_cookies=False)
    answer = bare.get("/", headers={"Cookie": "; ".join(f"c{n}={'x' * 40}" for n in range(200))})
    assert answer.status_code == 431
    assert "清除" in answer.text
    assert len([line for line in answer.headers.getlist("Set-Cookie") if "Max-Age=0" in line]) == len(
        cookies.OURS
    )


@pytest.mark.parametrize(
    "path",
    ["/assets/../../idp/app.py", "/assets/..%2f..%2fapp.py", "/assets/theme.css", "/assets/%2e%2e/app.py",
     "/preferences/../../etc/passwd", "/static/../app.py", "/static/..%2fapp.py"],
)  # fmt: skip
def test_n23_no_address_leads_into_the_file_system(browser: FlaskClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "create_app" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/evil"},
        {"Forwarded": "host=evil.example;proto=https"},
        {"X-Original-URL": "/evil", "X-Rewrite-URL": "/evil"},
        {"Host": "evil.example"},
    ],
)
def test_o02_what_a_stranger_says_of_our_address_is_not_believed(
    browser: FlaskClient, headers: dict[str, str]
) -> None:
    answer = browser.get("/preferences?next=/&lang=zh", headers=headers)
    assert answer.headers["Location"] == "/"
    assert "evil" not in browser.get("/", headers=headers).text


@pytest.mark.parametrize("path", ["/defect", "/defect?debug=1", "/nope", "/busy-only-post"])
def test_o18_an_error_tells_nothing_of_our_inside(browser: FlaskClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code in (404, 405, 500)
    for word in ("Traceback", "SELECT", "/var/", "werkzeug", "Werkzeug", "flask", ".py", "RuntimeError"):
        assert word not in answer.text + str(answer.headers)


def test_k07_machines_are_exempt_by_name_only(stores: None) -> None:
    machine = Blueprint("machine", __name__)
    machine.add_url_rule("/machine", view_func=lambda: "done", methods=["POST"], endpoint="machine")
    browser = face(pages.machine(machine)).test_client()
    assert browser.post("/machine", headers={"Origin": "https://portal.example"}).text == "done"
