"""Attack book, group O: the server process, met at its socket, without a proxy in front."""

import json
import os
import re
import secrets
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from redis import Redis

from idp.gate import Gate
from idp.oidc.request import Answer as GateAnswer
from idp.settings import Settings
from tests import race, serving
from tests.actors import Person, Portal
from tests.interop.browserless import Browser, visit
from tests.registrations import CALLBACK, entry
from tests.site import Site
from tests.wire import Answer

DISCOVERY = "/.well-known/openid-configuration"
SLOW = 40


@dataclass
class Hung(Site):
    """A server on which sockets dawdle since its start."""

    folder: Path
    heads: list[socket.socket] = field(default_factory=list)
    bodies: list[socket.socket] = field(default_factory=list)

    def raw(self, sent: bytes, seconds: float = 3) -> bytes:
        """What comes back for these bytes until the server closes or falls silent."""
        with socket.create_connection(("127.0.0.1", self.served.port), timeout=seconds) as line:
            line.sendall(sent)
            got = b""
            with suppress(TimeoutError, ConnectionResetError):
                while data := line.recv(65536):
                    got += data
                    if _whole(got):
                        line.settimeout(0.3)
            return got

    def open(self, sent: bytes) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self.served.port), timeout=5)
        line.sendall(sent)
        return line

    @property
    def host(self) -> bytes:
        return f"127.0.0.1:{self.served.port}".encode()


def _whole(got: bytes) -> bool:
    head, end, body = got.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    return bool(end) and len(body) >= int(length[1] if length else 0)


def statuses(got: bytes) -> list[int]:
    """The status of every answer in the bytes."""
    return [int(found) for found in re.findall(rb"HTTP/1\.[01] (\d{3})", got)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hung]:
    """One server for all tests of this file; slow senders hang on it from the first moment."""
    folder = tmp_path_factory.mktemp("site")
    portal = entry(grant_types=["authorization_code", "refresh_token"], scopes=["openid", "profile"])
    with serving.running(folder, [portal], processes=2, hash_workers=1) as served:
        made = Hung(served, folder)
        for _ in range(SLOW):
            made.heads.append(made.open(b"POST /token HTTP/1.1\r\nHost: " + made.host + b"\r\nX-Sl"))
            length = b"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\n"
            made.bodies.append(made.open(b"POST /token HTTP/1.1\r\nHost: " + made.host + length + b"a"))
        yield made
        for line in (*made.heads, *made.bodies):
            line.close()


def test_o11_slow_senders_hold_up_nobody(site: Hung) -> None:
    """Forty half heads and forty half bodies are open; each gets a byte now and then."""
    for line in (*site.heads, *site.bodies):
        line.sendall(b"x")
    began = time.monotonic()
    for _ in range(10):
        assert site.get("/jwks").status == 200
        assert site.get("/").status == 200
    assert time.monotonic() - began < 5


def test_a_whole_login_works_beside_them(site: Hung) -> None:
    answer = site.post("/token", site.code())
    assert answer.status == 200
    assert json.loads(answer.body)["token_type"] == "Bearer"


@pytest.mark.parametrize(
    "host",
    [
        b"evil.example", b"127.0.0.1", b"127.0.0.1:80", b"127.0.0.1:%d.evil.example", b"", b"%s@evil.example",
        b"evil.example#%s", b"[::1]", b"127.0.0.1:8x",
    ],
)  # fmt: skip
def test_o01_another_host_is_refused_and_stands_nowhere(site: Hung, host: bytes) -> None:
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
def test_o01_an_ambiguous_host_is_refused(site: Hung, head: bytes) -> None:
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
def test_o02_o10_unkeyed_headers_change_no_answer(site: Hung, path: str) -> None:
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
def test_o02_names_with_underscores_become_no_other_header(site: Hung, name: str) -> None:
    got = site.raw(
        b"GET /jwks HTTP/1.1\r\nHost: " + site.host + b"\r\n" + name.encode() + b": /metrics\r\n\r\n"
    )
    assert not got or statuses(got) in ([200], [400]), got
    assert b"process_" not in got


def test_o02_the_metrics_are_not_for_whoever_comes_through_a_proxy(site: Hung) -> None:
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


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: %s\r\n\r\n"


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0;\n\r\n",
        b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
        b"Content-Length: +5\r\n\r\nabcde",
        b"Content-Length: 0x5\r\n\r\nabcde",
        b"Content-Length: 5, 5\r\n\r\nabcde",
        b"Content-Length: -1\r\n\r\n",
        # RFC 9112 §2.2 lets a single line feed end a line; what stands behind it is seen and judged.
        b"X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"X: y\r\n\tz: w\r\n\r\n",
        b"X\x00: y\r\n\r\n",
        b"X: y\x00\r\n\r\n",
        b": y\r\n\r\n",
        b"X y\r\n\r\n",
    ],
)
def test_o07_ambiguous_framing_is_refused_and_the_connection_closed(site: Hung, headers: bytes) -> None:
    sent = b"POST /token HTTP/1.1\r\nHost: " + site.host + b"\r\n" + headers
    got = site.raw(sent + SMUGGLED.replace(b"%s", site.host))
    seen = statuses(got)
    assert b"smuggled" not in got
    assert len(seen) <= 1, got
    assert not seen or 400 <= seen[0] < 500 or seen[0] == 501, got


def test_o07_two_honest_requests_in_one_packet_are_two(site: Hung) -> None:
    one = b"GET /jwks HTTP/1.1\r\nHost: " + site.host + b"\r\n\r\n"
    assert statuses(site.raw(one + one)) == [200, 200]


def test_o07_a_body_of_a_get_is_not_the_next_request(site: Hung) -> None:
    inner = SMUGGLED.replace(b"%s", site.host)
    head = b"GET /jwks HTTP/1.1\r\nHost: " + site.host + b"\r\nContent-Length: %d\r\n\r\n" % len(inner)
    got = site.raw(head + inner)
    assert b"smuggled" not in got
    assert len(statuses(got)) == 1


def test_o07_head_is_answered_without_a_body(site: Hung) -> None:
    one = b"HEAD /authorize?client_id=nobody HTTP/1.1\r\nHost: " + site.host + b"\r\n\r\n"
    two = b"GET /livez HTTP/1.1\r\nHost: " + site.host + b"\r\n\r\n"
    got = site.raw(one + two)
    assert statuses(got) == [400, 200]
    assert b"<html" not in got


@pytest.mark.parametrize(
    "target",
    [
        b"//evil.example/x",
        b"/x y",
        b"*",
        b"evil",
        b"/\xff\xfe",
        b"/%00",
        b"/" + b"x" * 20000,
        b"/?" + b"x" * 20000,
    ],
    ids=["slashes", "space", "asterisk", "bare", "bytes", "nul", "long path", "long query"],
)
def test_o07_a_strange_target_is_refused(site: Hung, target: bytes) -> None:
    got = site.raw(b"GET " + target + b" HTTP/1.1\r\nHost: " + site.host + b"\r\n\r\n")
    assert not got or 300 <= statuses(got)[0] < 500, got
    assert b"Location: //" not in got
    assert b"Traceback" not in got


@pytest.mark.parametrize("verb", ["TRACE", "CONNECT", "PROPFIND", "FOO", "get", "G" * 300])
def test_o21_unknown_verbs_are_refused(site: Hung, verb: str) -> None:
    for path in ("/token", "/authorize", "/", "/login"):
        got = site.raw(
            f"{verb} {path} HTTP/1.1\r\nHost: {site.host.decode()}\r\nX-Secret: s3cret\r\n\r\n".encode()
        )
        assert not got or statuses(got)[0] in (400, 404, 405, 414, 421, 501), got
        assert b"s3cret" not in got


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /none HTTP/1.1\r\nHost: %s\r\n\r\n",
        b"GET /token?debug=1 HTTP/1.1\r\nHost: %s\r\n\r\n",
        b"POST /login/x HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n",
        b"POST /token HTTP/1.1\r\nHost: %s\r\nContent-Length: 99999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: 00000000000000000001\r\n\r\nx",
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: %s\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_o18_no_error_tells_how_we_are_built(site: Hung, sent: bytes) -> None:
    got = site.raw(sent.replace(b"%s", site.host), seconds=1.5)
    assert not re.search(rb"(?i)gunicorn|granian|werkzeug|flask|python|hyper|traceback|sqlite", got), got
    assert not got or 400 <= statuses(got)[0] < 500


def test_o18_r33_too_much_is_refused_before_it_is_read(site: Hung) -> None:
    head = b"POST /token HTTP/1.1\r\nHost: " + site.host + b"\r\nContent-Type: text/plain\r\n"
    huge = site.raw(head + b"Content-Length: 104857600\r\n\r\n")
    assert statuses(huge) == [413]
    long_header = b"GET / HTTP/1.1\r\nHost: " + site.host + b"\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n"
    with socket.create_connection(("127.0.0.1", site.served.port), timeout=3) as line:
        try:
            line.sendall(long_header)
            got = line.recv(4096)
        except ConnectionError:
            got = b""
    assert not got or statuses(got)[0] in (400, 431)
    many = b"".join(b"X-%d: y\r\n" % n for n in range(5000))
    got = site.raw(b"GET / HTTP/1.1\r\nHost: " + site.host + b"\r\n" + many + b"\r\n")
    assert not got or statuses(got)[0] in (400, 431)
    form = urlencode({f"p{n}": "v" for n in range(5000)})
    assert site.post("/token", {"x": form[:60000]}).status == 400


def test_o20_pages_are_isolated_from_whoever_opened_them(site: Hung) -> None:
    for path in ("/", "/none", "/login/none"):
        page = site.get(path)
        assert page.header("cross-origin-opener-policy") == "same-origin"
        assert page.header("cross-origin-resource-policy") == "same-origin"
        assert "target=" not in page.text or "noopener" in page.text


def test_b02_of_32_redemptions_that_meet_one_succeeds_over_two_processes(site: Hung) -> None:
    form = site.code()
    seen = sorted(answer.status for answer in race.fire([site.form("/token", form)] * 32))
    assert seen in ([200] + [400] * 31, [400] * 32)


def test_d02_of_32_refreshes_that_meet_at_most_one_succeeds_over_two_processes(site: Hung) -> None:
    made = json.loads(site.post("/token", site.code()).body)
    form = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
    answers = race.fire([site.form("/token", form)] * 32)
    good = [answer for answer in answers if answer.status == 200]
    assert {answer.status for answer in answers} <= {200, 400}
    assert len(good) <= 1
    # Whoever was second showed a used token: the family is dead, the winner's child with it.
    for answer in good:
        child = json.loads(answer.body)["refresh_token"]
        again = site.post("/token", {"grant_type": "refresh_token", "refresh_token": child})
        assert again.status == 400


def test_r08_parallel_requests_get_their_own_answers(site: Hung) -> None:
    """Connections to the store are cut meanwhile; nobody sees another's answer."""
    states = [secrets.token_urlsafe(12) for _ in range(150)]

    def silent(state: str) -> tuple[str, str]:
        request = {
            "response_type": "code", "client_id": "portal-a", "redirect_uri": CALLBACK, "scope": "openid",
            "code_challenge": "a" * 43, "code_challenge_method": "S256", "state": state, "prompt": "none",
        }  # fmt: skip
        answer = site.get("/authorize?" + urlencode(request))
        told = parse_qs(urlsplit(answer.header("location")).query)
        return state, told["state"][0] if answer.status == 303 else str(answer.status)

    with _redis(site) as store, ThreadPoolExecutor(8) as pool:
        answered = pool.map(silent, states)
        for _ in range(10):
            store.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            time.sleep(0.01)
        for sent, came in answered:
            assert came in (sent, "503")


def test_o15_a_login_storm_does_not_hold_up_machines(site: Hung) -> None:
    pages = []
    for _ in range(12):
        request = {
            "response_type": "code", "client_id": "portal-a", "redirect_uri": CALLBACK, "scope": "openid",
            "code_challenge": "a" * 43, "code_challenge_method": "S256",
        }  # fmt: skip
        pages.append(site.served.issuer + "/authorize?" + urlencode(request))

    def log_in(page: str) -> None:
        wrong = {"identifier": "010101199003070181", "password": "x" * 800}
        with suppress(AssertionError):
            visit(Browser(), page, wrong, CALLBACK)

    with ThreadPoolExecutor(12) as pool:
        storm = [pool.submit(log_in, page) for page in pages]
        taken = []
        for _ in range(30):
            began = time.monotonic()
            assert site.get("/jwks").status == 200
            taken.append(time.monotonic() - began)
        for one in storm:
            one.result()
    assert sorted(taken)[27] < 1.0, sorted(taken)


def test_o16_a_flood_of_strangers_leaves_little_that_goes_by_itself(site: Hung) -> None:
    request = {
        "response_type": "code", "client_id": "portal-a", "redirect_uri": CALLBACK, "scope": "openid",
        "code_challenge": "a" * 43, "code_challenge_method": "S256", "nonce": "n" * 43,
    }  # fmt: skip
    path = "/authorize?" + urlencode(request)
    with _redis(site) as store:
        before = set(store.keys("*"))
        with ThreadPoolExecutor(8) as pool:
            assert {answer.status for answer in pool.map(lambda _: site.get(path), range(200))} == {303}
        made = set(store.keys("*")) - before
        assert len(made) <= 200
        assert all(0 < store.ttl(key) <= 300 for key in made), "strangers' records stay for long"
        assert max(store.memory_usage(key) or 0 for key in made) < 4096


def test_o12_idle_connections_are_borne(site: Hung) -> None:
    lines = [site.open(b"") for _ in range(500)]
    try:
        began = time.monotonic()
        for _ in range(5):
            assert site.get("/jwks").status == 200
            assert site.get("/").status == 200
        assert time.monotonic() - began < 5
    finally:
        for line in lines:
            line.close()
    assert site.get("/readyz").status == 200


def test_r28_clients_that_leave_early_break_nothing(site: Hung) -> None:
    for sent in (
        b"GET /jwks HTTP/1.1\r\nHost: %s\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n",
        b"POST /tok",
    ):
        for _ in range(30):
            line = site.open(sent.replace(b"%s", site.host))
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            line.close()
    assert site.post("/token", site.code()).status == 200


def test_o11_slow_senders_are_cut(site: Hung) -> None:
    """The last test of this file: the sockets of its beginning have had their time."""
    deadline = time.monotonic() + 15
    for line in (*site.heads, *site.bodies):
        line.settimeout(max(deadline - time.monotonic(), 0.01))
        try:
            got = line.recv(4096)
        except ConnectionResetError:
            got = b""
        assert not got or statuses(got)[0] in (400, 408)


def _redis(site: Hung) -> Redis:
    return Redis(
        unix_socket_path=str(Settings(environment="test", var_dir=site.folder / "var").valkey_socket)
    )


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


def test_r02_an_embedded_valkey_that_dies_is_started_again(site: Hung) -> None:
    parent = site.served.process
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    (valkey,) = [int(pid) for pid in children if "valkey" in Path(f"/proc/{pid}/comm").read_text()]
    kept = site.tokens()
    os.kill(valkey, signal.SIGKILL)
    time.sleep(0.2)
    serving.await_ready(site.served, 15)
    # Each thread of each process finds out for itself that its connection is dead.
    statuses_seen = []
    while not statuses_seen or statuses_seen[-1] == 503:
        statuses_seen.append(site.refresh(kept["refresh_token"]).status)
        assert len(statuses_seen) < 20
    assert statuses_seen[-1] == 200, f"the append-only file was not read: {statuses_seen}"
