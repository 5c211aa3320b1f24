"""Attack book, group O: whose server it is, whose address asks, over which transport."""

import re
from urllib.parse import urlsplit

import pytest

from idp.gate import Gate
from idp.oidc.request import Answer as GateAnswer
from idp.settings import Settings
from tests.actors import Person, Portal
from tests.site import Site, statuses
from tests.wire import Answer

DISCOVERY = "/.well-known/openid-configuration"


@pytest.mark.parametrize(
    "host",
    [
        b"evil.example", b"127.0.0.1", b"127.0.0.1:80", b"127.0.0.1:%d.evil.example", b"", b"%s@evil.example",
        b"evil.example#%s", b"[::1]", b"127.0.0.1:8x",
    ],
)  # fmt: skip
def test_o01_another_host_is_refused_and_stands_nowhere(site: Site, host: bytes) -> None:
    for path in (DISCOVERY, "/", "/authorize", "/login"):
        got = site.raw(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
        assert statuses(got)[0] in (400, 421), got
        assert b"evil.example" not in got


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: %s\r\nHost: %s\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: %s\r\nHost: evil.example\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: %s\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: %s\r\n Host: evil.example\r\n\r\n",
    ],
    ids=["none", "twice", "two", "absolute", "absolute and host", "folded"],
)
def test_o01_an_ambiguous_host_is_refused(site: Site, head: bytes) -> None:
    got = site.raw(head.replace(b"%s", site.host))
    assert not got or statuses(got)[0] in (400, 421), got
    assert b"evil.example" not in got


FORWARDED = {
    "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Port": "444", "Forwarded": "host=evil.example;proto=https", "X-Original-URL": "/metrics",
    "X-Rewrite-URL": "/metrics", "X-Host": "evil.example", "X-Forwarded-Server": "evil.example",
    "X-Forwarded-Scheme": "https", "X-Script-Name": "/evil", "Base-Url": "https://evil.example",
    "X-HTTP-Host-Override": "evil.example", "True-Client-Ip": "127.0.0.1", "X-Forwarded-For": "127.0.0.1",
}  # fmt: skip


@pytest.mark.parametrize("path", [DISCOVERY, "/jwks", "/none", "/assets/none.css", "/authorize"])
def test_o02_o10_unkeyed_headers_change_no_answer(site: Site, path: str) -> None:
    plain, dressed = site.get(path), site.get(path, **FORWARDED)
    assert plain.status == dressed.status
    assert _fixed(plain) == _fixed(dressed)
    assert b"evil" not in dressed.body
    if plain.status >= 400:
        assert plain.header("cache-control") == "no-store"


def _fixed(answer: Answer) -> tuple[object, object]:
    """An answer without what differs by chance."""
    body = re.sub(rb"[0-9a-f]{16}|[\w-]{43}", b"", answer.body)
    left_out = ("date", "set-cookie", "content-length")
    return sorted((name, value) for name, value in answer.headers if name not in left_out), body


@pytest.mark.parametrize(
    "name", ["SCRIPT_NAME", "PATH_INFO", "X_Forwarded_For", "Content_Length", "REMOTE_ADDR"]
)
def test_o02_names_with_underscores_become_no_other_header(site: Site, name: str) -> None:
    got = site.raw(
        b"GET /jwks HTTP/1.1\r\nHost: " + site.host + b"\r\n" + name.encode() + b": /metrics\r\n\r\n"
    )
    assert not got or statuses(got) in ([200], [400]), got
    assert b"process_" not in got


def test_o02_the_metrics_are_not_for_whoever_comes_through_a_proxy(site: Site) -> None:
    assert site.get("/metrics").status == 200
    assert site.get("/metrics", **{"X-Forwarded-For": "203.0.113.9"}).status == 404
    assert site.get("/metrics", **{"X-Forwarded-For": "127.0.0.1"}).status == 404


def test_o03_a_new_forwarded_address_each_time_gives_no_further_try(stranger: Person, tax: Portal) -> None:
    page = stranger.authorize(tax).location
    said = ""
    for turn in range(8):
        for step in ("identifier", "password"):
            html = stranger.get(page).text
            token = re.search(r'name="csrf_token" value="([^"]+)"', html)
            assert token
            form = {
                "csrf_token": token[1],
                "step": step,
                "identifier": "010101198504123013",
                "password": "wrong",
            }
            address = {"X-Forwarded-For": f"198.51.100.{turn}", "X-Real-Ip": f"198.51.100.{turn}"}
            stranger.post(page, form, headers=address)
            said = stranger.get(page).text
    assert "操作过于频繁" in said or "登录已暂停" in said


def secure_gate() -> Gate:
    """The gate of a server that browsers reach by TLS."""
    conf = Settings(environment="test", issuer="https://id.example", trusted_proxies=("192.0.2.0/24",))
    return Gate(lambda environ, start: [], conf, {})


def judged(
    gate: Gate, path: str, *, method: str = "GET", scheme: str = "http", **more: str
) -> GateAnswer | None:
    return gate.answer(
        {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "a=b", "HTTP_HOST": "id.example",
            "REMOTE_ADDR": "203.0.113.9", "wsgi.url_scheme": scheme, **more,
        }
    )  # fmt: skip


@pytest.mark.parametrize("path", ["/token", "/userinfo", "/introspect", "/revoke", "/jwks", DISCOVERY])
def test_o17_machines_get_no_answer_over_plain_http(stores: None, path: str) -> None:
    answer = judged(secure_gate(), path, method="POST" if path == "/token" else "GET")
    assert answer is not None
    assert answer.status == 400


@pytest.mark.parametrize(
    "path", ["/", "/login/x", "/authorize", "/end_session", "//evil.example", "/\u00e9@x"]
)
def test_o17_people_are_led_to_https_on_the_same_host(stores: None, path: str) -> None:
    answer = judged(secure_gate(), path, RAW_URI="http://evil.example/")
    assert answer is not None
    location = dict(answer.headers)["Location"]
    assert (answer.status, urlsplit(location).netloc) == (308, "id.example")
    assert "evil.example/?" not in location


@pytest.mark.parametrize(("peer", "trusted"), [("192.0.2.7", True), ("203.0.113.9", False), ("", False)])
def test_o17_o02_tls_is_believed_of_trusted_proxies_alone(stores: None, peer: str, trusted: bool) -> None:
    answer = judged(secure_gate(), "/jwks", REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO="https")
    assert answer is not None
    assert (answer.status == 200) == trusted


def test_o17_answers_under_tls_ask_for_tls_ever_after(stores: None) -> None:
    answer = judged(secure_gate(), "/jwks", scheme="https")
    assert answer is not None
    assert dict(answer.headers)["Strict-Transport-Security"] == "max-age=31536000"
