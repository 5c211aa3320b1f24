"""Attack book, group O: many at once, slow ones, rude ones; and what meets in two processes."""

import json
import os
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

from idp.settings import Settings
from tests import race, serving
from tests.interop.browserless import Browser, visit
from tests.registrations import CALLBACK
from tests.site import Site, statuses

SLOW = 40


@dataclass
class Hung(Site):
    """A server on which sockets dawdle since its start."""

    heads: list[socket.socket] = field(default_factory=list)
    bodies: list[socket.socket] = field(default_factory=list)


@pytest.fixture(scope="module", name="site")
def hung(site: Site) -> Iterator[Hung]:
    """Slow senders hang on the server from the first moment."""
    made = Hung(site.served, site.folder)
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


def _redis(site: Hung) -> Redis:
    return Redis(
        unix_socket_path=str(Settings(environment="test", var_dir=site.folder / "var").valkey_socket)
    )
