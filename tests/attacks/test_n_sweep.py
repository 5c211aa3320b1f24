"""Attack book, group N: hostile bytes in every parameter, header, cookie and body of every endpoint.

Every route is read from the registers, so that a new one is swept from its first day.
"""

import gzip
import io
import re
import time
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp.oidc import app as protocol
from idp.oidc.request import FORM
from idp.store import redis
from tests.actors import ISSUER, Person, Portal, query
from tests.records import events, nothing_changed

#: Every parameter any endpoint looks at.
PARAMETERS = (
    "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "prompt", "max_age",
    "acr_values", "claims", "id_token_hint", "login_hint", "ui_locales", "display", "response_mode",
    "code_challenge", "code_challenge_method", "request", "request_uri", "grant_type", "code",
    "code_verifier", "refresh_token", "token", "token_type_hint", "client_secret", "client_assertion",
    "client_assertion_type", "post_logout_redirect_uri", "identifier", "password", "step", "action",
    "decision", "provide", "lang", "elder", "contrast", "next", "ask", "identity", "_method",
    "device_code", "user_code", "auth_req_id", "binding_message", "requested_expiry",
    "client_notification_token", "login_hint_token", "access_token", "dpop_jkt",
)  # fmt: skip
NASTY = {
    "quote": "'",
    "sql": "'; DROP TABLE person;--",
    "sleep": "1' OR pg_sleep(5)--",
    "template": "{{7*7}}${7*7}{% for x in (1,2) %}<%= 7*7 %>",
    "markup": '"><script>alert(1)</script>',
    "format": "%s%n%(x)s{0}{x.__class__}",
    "path": "../../../../etc/passwd",
    "number": "9" * 5000,
    "float": "1e400",
    "edge": str(2**63),
    "deep": '{"id_token":' * 2000,
    "brackets": "[" * 20000,
    "bidi": "\u202eevil\u2066\ufeff",
    "split": "a\r\nX-Injected: 1\r\n\r\n<h1>",
    "long": "A" * 10000,
    "astral": "\U0001f600" * 50,
    "pickle": "\x80\x04\x95cos\nsystem\n",
}
_LEAKS = re.compile(
    rb"Traceback|File \"|sqlalchemy|psycopg|sqlite3|werkzeug|jinja2|gunicorn|granian|site-packages"
    rb"|SELECT |OperationalError|Python/\d"
)
_HTML = ("Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy")


def paths(app: Flask) -> list[str]:
    """An address of every route of both faces."""
    web = {re.sub(r"<[^>]+>", "A" * 43, rule.rule) for rule in app.url_map.iter_rules()}
    under = {stem + "A" * 43 for stem in protocol.UNDER}
    return sorted({*protocol.ROUTES, *under, *web, "/livez", "/readyz", "/none"})


def is_clean(answer: TestResponse, *secrets: str) -> None:
    """No failure of ours, no trace, no echo of a secret, and the headers every page has."""
    where = f"{answer.request.method} {answer.request.path}: {answer.status}"
    assert answer.status_code < 500, where
    assert not _LEAKS.search(answer.data), where
    assert "X-Injected" not in answer.headers, where
    for secret in secrets:
        assert secret.encode() not in answer.data, where
    if answer.mimetype == "text/html":
        # The session frame is there to be framed by portals (Session Management 1.0 §3.3).
        framed = {"X-Frame-Options"} if answer.request.path == "/check_session" else set()
        assert all(name in answer.headers for name in {*_HTML} - framed), where
        assert b"<script>alert" not in answer.data, where
        assert b"49$" not in answer.data, where


@pytest.fixture
def quick() -> Iterator[None]:
    """What is swept is answered at once: nothing sleeps, nothing hangs."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("turn", range(6))
def test_n01_n04_n05_n09_n21_n23_no_parameters_break_an_endpoint(
    app: Flask, me: Person, tax: Portal, quick: None, turn: int
) -> None:
    """Each turn every parameter holds another horror."""
    kinds = sorted(NASTY)
    whole = {name: NASTY[kinds[(at + 3 * turn) % len(kinds)]] for at, name in enumerate(PARAMETERS)}
    short = {name: value[:60] for name, value in whole.items()}
    for path in paths(app):
        is_clean(me.get(f"{path}?{urlencode(short)}"))
        is_clean(me.post(path, whole))
        is_clean(me.post(path, short))


@pytest.mark.parametrize("kind", ["sql", "markup", "split", "number"])
def test_n01_no_single_parameter_breaks_a_correct_request(
    me: Person, tax: Portal, quick: None, kind: str
) -> None:
    me.tokens(tax)
    for name in PARAMETERS:
        answer = me.authorize(tax, **{name: NASTY[kind]})
        is_clean(answer)
        if answer.status_code == 303 and name not in ("state", "claims", "ui_locales", "nonce"):
            assert "<script>" not in answer.location
        form = {**tax.token_form("x" * 43), name: NASTY[kind]}
        is_clean(me.token(tax, form))
        for path in ("/introspect", "/revoke"):
            is_clean(me.post(path, {"token": "x", name: NASTY[kind]}, headers=tax.basic))
        is_clean(me.get("/end_session?" + urlencode({name: NASTY[kind]})))


@pytest.mark.parametrize("raw", ["%00", "%ff%fe", "%ed%a0%80", "%zz", "&&&=&=", "\xff", "\x00", "\xc3\xa9"])
def test_n01_no_raw_bytes_of_an_address_break_an_endpoint(
    app: Flask, me: Person, tax: Portal, raw: str
) -> None:
    for path in paths(app):
        for tail in (f"?client_id={raw}", f"/{raw}"):
            environ = {"REQUEST_METHOD": "GET", "QUERY_STRING": "", "PATH_INFO": path}
            if tail.startswith("?"):
                environ["QUERY_STRING"] = tail[1:]
            else:
                environ["PATH_INFO"] = path + tail
            is_clean(me.http.open(base_url=ISSUER, environ_overrides=environ))


@pytest.mark.parametrize("kind", ["markup", "bidi", "long"])
def test_n01_n09_no_header_breaks_an_endpoint(app: Flask, me: Person, tax: Portal, kind: str) -> None:
    value = NASTY[kind].encode().decode("latin-1")
    headers = {
        "User-Agent": value, "Referer": value, "Accept": value, "Accept-Language": value,
        "Accept-Encoding": value, "X-Request-Id": value, "If-None-Match": value, "Range": value,
        "Authorization": value, "X-Forwarded-For": value, "Origin": value, "Content-Language": value,
        "If-Modified-Since": value, "Forwarded": value, "Sec-Fetch-Site": value, "DPoP": value,
        "Client-Cert": value,
    }  # fmt: skip
    for path in paths(app):
        is_clean(me.get(path, headers=headers))
        is_clean(me.post(path, {"a": "b"}, headers=headers))


@pytest.mark.parametrize(
    "cookie",
    [
        "sid=" + "A" * 22 + "." + "B" * 43,
        "sid=\x80\x04pickle.x; browser=\x80\x04pickle; web=\x80\x04; device=\x80; view=\x80",
        'sid="a\\"b"; browser=""; web="; view=zh-Hans.9.9',
        "sid=a; sid=b; browser=x; browser=y",
        "=x; ;;; sid",
        "sid=" + "x" * 5000,
        "; ".join(f"c{n}=v" for n in range(200)),
        "web=eyJhIjp7IiB0IjpbMSwyXX19.x.y; sid=AAAAAAAAAAAAAAAAAAAAAA." + "é" * 43,
    ],
)
def test_n12_n22_no_cookie_breaks_an_endpoint(app: Flask, stranger: Person, tax: Portal, cookie: str) -> None:
    for path in paths(app):
        is_clean(stranger.get(path, headers={"Cookie": cookie}))
        is_clean(stranger.post(path, {"a": "b"}, headers={"Cookie": cookie}))


def test_n12_a_token_of_ours_in_the_wrong_cookie_breaks_nothing(
    app: Flask, me: Person, stranger: Person, tax: Portal
) -> None:
    from idp.login import device

    made = me.tokens(tax)
    for token in (made["refresh_token"], made["access_token"], made["id_token"]):
        assert device.known(token, "browser", "person") == ""
        for name in ("sid", "browser", "device", "web", "view"):
            for path in ("/", "/login", "/account/", "/authorize", "/end_session"):
                is_clean(stranger.get(path, headers={"Cookie": f"{name}={token}"}), token)


def test_n12_r07_foreign_data_in_the_store_is_absent(app: Flask, me: Person, tax: Portal) -> None:
    me.code_for(tax)
    for foreign in (
        b"\x80\x04\x95pickle",
        b"[]",
        b"null",
        b"{}",
        b"\xff",
        b"x" * 200_000,
        b'["a"]',
        b'{"p":1}',
    ):
        keys = redis.call("KEYS", "*")
        assert keys
        for key in keys:
            redis.pipeline(("DEL", key), ("SET", key, foreign))
        made = me.authorize(tax)
        is_clean(made)
        is_clean(me.get(made.location) if made.location.startswith("/") else made)
        is_clean(me.token(tax, tax.token_form("x" * 43)))
        redis.call("FLUSHALL")
        person = Person(app)
        person.authorize(tax)
        me.authorize(tax)


@pytest.mark.parametrize("foreign", [b"\x80\x04\x95pickle", b"[]", b"{}", b'{"id":1}'])
def test_n12_r07_a_code_somebody_else_wrote_is_unknown(me: Person, tax: Portal, foreign: bytes) -> None:
    from idp.tokens import codes

    code = me.code_for(tax)
    redis.call("SET", codes.code_key(codes.grant_id(code)), foreign)
    answer = me.token(tax, tax.token_form(code))
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("foreign", ["list", "text"])
def test_n12_r07_a_session_somebody_else_wrote_is_no_session(me: Person, tax: Portal, foreign: str) -> None:
    made = me.tokens(tax)
    for key in redis.call("KEYS", "s:*") + redis.call("KEYS", "g:*"):
        redis.call("DEL", key)
        redis.call(*(("LPUSH", key, "x") if foreign == "list" else ("SET", key, b"\x80\x04")))
    assert query(me.authorize(tax, prompt="none").location)["error"] == "login_required"
    refresh = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
    assert me.token(tax, refresh).status_code == 400
    assert me.get("/").status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "identity, gzip", "x"])
def test_n14_a_compressed_body_is_not_unpacked(app: Flask, me: Person, tax: Portal, encoding: str) -> None:
    bomb = gzip.compress(b"grant_type=" + b"x" * 10_000_000)
    headers = {**tax.basic, "Content-Encoding": encoding, "Content-Type": FORM}
    for path in ("/token", "/revoke", "/introspect"):
        answer = me.post(path, bomb, headers=headers)
        assert answer.status_code == 415, path
    for path in paths(app):
        is_clean(me.post(path, bomb, headers=headers))


def _multipart(parts: int, *, boundary: str = "b", name: str = "f") -> bytes:
    one = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="../../x"\r\n\r\nv\r\n'
    return (one * parts + f"--{boundary}--\r\n").encode()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data; boundary=b", _multipart(900)),
        ("multipart/form-data", _multipart(2)),
        ("multipart/form-data; boundary=", b"--\r\n\r\n"),
        ("multipart/form-data; boundary=" + "b" * 300, b"x"),
        ("multipart/mixed; boundary=b", _multipart(2)),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nno end'),
        ("application/json", b"[" * 60000),
        ("application/json", b'{"a":1,"a":2}'),
        ("application/xml", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'),
        ("text/plain", b'{"client_id":"tax"}'),
        (FORM + "; charset=utf-7", b"a=+ADw-script+AD4-"),
        (FORM, b"a=1&" * 20000),
        (FORM, b"&".join(b"p%d=1" % n for n in range(1500))),
        (FORM, b"\x00\xff\xfe"),
        ("\xff/\xff", b"x"),
        (";;;", b"x"),
    ],
)
def test_n05_n06_n16_no_body_breaks_an_endpoint(
    app: Flask, me: Person, tax: Portal, content_type: str, body: bytes
) -> None:
    for path in paths(app):
        is_clean(me.post(path, body, headers={"Content-Type": content_type, **tax.basic}))


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_n18_the_verb_cannot_be_overridden(me: Person, tax: Portal, header: str) -> None:
    me.tokens(tax)
    with nothing_changed():
        assert me.get("/token", headers={header: "POST"}).status_code == 405
        assert me.get("/revoke?_method=POST&token=x", headers={header: "POST"}).status_code == 405
        path = me.get("/account/sessions", headers={header: "DELETE"})
        assert path.status_code == 200
        assert me.get("/account/sessions/end-others?_method=POST").status_code in (404, 405)


@pytest.mark.parametrize(
    "method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "GET "]
)
def test_o21_no_other_verb_reaches_an_endpoint(app: Flask, me: Person, tax: Portal, method: str) -> None:
    with nothing_changed():
        for path in paths(app):
            answer = me.http.open(path, method=method, base_url=ISSUER)
            known = method in (protocol.methods(path) or {}) and answer.status_code == 401
            assert (
                known
                or answer.status_code in (400, 404, 405, 501)
                or (method == "OPTIONS" and path not in protocol.ROUTES and answer.status_code == 200)
            ), (method, path, answer.status)
            assert not _LEAKS.search(answer.data)


def test_head_is_answered_without_a_body_everywhere(app: Flask, me: Person, tax: Portal) -> None:
    """A body after HEAD would be read as the next answer on a kept-alive connection."""
    for path in paths(app):
        for tail in ("", "?client_id=nobody"):
            environ = {
                "REQUEST_METHOD": "HEAD", "PATH_INFO": path, "QUERY_STRING": tail[1:],
                "HTTP_HOST": "127.0.0.1:8080", "SERVER_NAME": "x", "SERVER_PORT": "1",
                "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "192.0.2.1", "wsgi.url_scheme": "http",
                "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(),
            }  # fmt: skip
            assert b"".join(app.wsgi_app(environ, lambda *_: None)) == b"", path


def test_n01_hostile_text_in_a_refusal_reaches_the_record_whole_and_harmless(me: Person, tax: Portal) -> None:
    me.authorize(tax, redirect_uri="https://evil.example/\r\n{{7*7}}\u202e")
    (event,) = events("authz.reject")
    assert event.reason == "redirect_mismatch"
    assert event.client == "tax"


def test_n23_no_address_tells_whether_a_file_is_there(me: Person) -> None:
    names = ["/etc/passwd", "idp/app.py", ".git/config", "keys/", "../idp.db", "static/theme.css"]
    for prefix in ("/assets/", "/static/", "/", "/account/", "/logout/done/", "/consent/"):
        for name in names:
            for spelled in (name, quote(name, safe=""), "..%2f" + name, "%2e%2e/" + name, "..;/" + name):
                answer = me.get(prefix + spelled)
                is_clean(answer)
                assert b"root:" not in answer.data
                assert answer.status_code in (200, 303, 308, 400, 404, 405), prefix + spelled
                assert answer.headers.get("Location", "/").startswith(("/", ISSUER + "/"))
                if answer.status_code == 200:
                    assert prefix == "/logout/done/", prefix + spelled
