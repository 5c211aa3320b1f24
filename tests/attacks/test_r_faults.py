"""Attack book, faults R: what a server tells and keeps while its stores and its own processes fail.

One rig of real processes, in an order: everything down, stores come up, fail in turn, and at last the server
is told to go under load.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from idp.store import embedded
from tests import postgres, serving
from tests.interop.browserless import Browser
from tests.postgres import Cluster
from tests.registrations import entry
from tests.site import Site
from tests.wire import Answer, Request, exchange

DISCOVERY = "/.well-known/openid-configuration"
#: A machine under other load answers late; a hang is longer still.
SOON = 4.0


@dataclass
class Rig(Site):
    """A server, its PostgreSQL and its Valkey."""

    folder: Path
    database: Cluster
    valkey: subprocess.Popen[bytes] | None = None
    issued: list[int] = field(default_factory=list)
    """One entry for each answer with tokens that a client has seen."""

    def post(self, path: str, form: dict[str, str], **headers: str) -> Answer:
        answer = super().post(path, form, **headers)
        if path == "/token" and answer.status == 200:
            self.issued.append(1)
        return answer

    def patient(self, path: str, form: dict[str, str]) -> Answer:
        """Ask again as long as the server says it is busy: each of its threads finds out for itself."""
        for _ in range(20):
            answer = self.post(path, form)
            if answer.status != 503:
                break
        return answer

    def start_valkey(self, *options: str) -> None:
        self.valkey = embedded.start(self.folder / "own.sock", self.folder / "valkey")

    def stop_valkey(self, number: signal.Signals = signal.SIGKILL) -> None:
        assert self.valkey is not None
        self.valkey.send_signal(number)
        if number == signal.SIGKILL:
            self.valkey.wait(10)

    def timed(self, request: Request) -> tuple[Answer, float]:
        began = time.monotonic()
        return exchange(request), time.monotonic() - began

    def ready(self) -> dict[str, bool]:
        return dict(json.loads(self.get("/readyz").body))

    def await_ready(self, seconds: float = 15) -> None:
        """Ready, and every thread's idle connection old enough to be looked at before it is used."""
        serving.await_ready(self.served, seconds)
        time.sleep(1.1)

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database.url, autocommit=True) as connection:
            found = connection.execute(statement)
            return found.fetchall() if found.description else []

    @property
    def log(self) -> str:
        return self.served.log.read_text()


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Furnished stores, both of them down, and a server that is started nevertheless."""
    folder = tmp_path_factory.mktemp("rig")
    portal = entry(
        grant_types=["authorization_code", "refresh_token"],
        scopes=["openid", "profile", "offline_access"],
        post_logout_redirect_uris=["https://good.example/bye"],
    )
    with postgres.cluster() as database:
        database.start()
        chosen = {
            "database_url": database.url,
            "redis_url": f"unix://{folder / 'own.sock'}",
            "processes": 2,
            "database_pool": 3,
        }
        furnished = serving.furnish(folder, [portal], **chosen)
        database.stop()
        with serving.started(folder, furnished, **chosen) as served:
            made = Rig(served, folder, database)
            yield made
            if made.valkey is not None:
                made.valkey.send_signal(signal.SIGCONT)
                made.stop_valkey()


def is_busy(answer: Answer) -> bool:
    """Refused for now, and told when to come again."""
    return answer.status == 503 and answer.header("retry-after").isdigit()


def test_r10_a_server_waits_for_its_database_and_says_so_once(rig: Rig) -> None:
    deadline = time.monotonic() + 30
    while "waiting for it" not in rig.log:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(2.5)
    assert rig.served.status() is None, "the server gave up"
    assert rig.log.count("waiting for it") == 1, "the log is flooded"
    assert "Traceback" not in rig.log
    with pytest.raises(ConnectionRefusedError):
        rig.get("/livez")


def test_r01_without_redis_keys_and_metadata_are_served_and_nothing_is_granted(rig: Rig) -> None:
    rig.database.start()
    deadline = time.monotonic() + 30
    while True:
        try:
            assert rig.get("/livez").status == 200
            break
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert rig.get("/readyz").status == 503
    assert (rig.ready()["database"], rig.ready()["redis"]) == (True, False)
    assert rig.get("/jwks").status == 200
    assert rig.get(DISCOVERY).status == 200
    page = exchange(Request(url=rig.request()))
    assert is_busy(page)
    assert "text/html" in page.header("content-type")
    assert is_busy(rig.post("/token", {"grant_type": "authorization_code", "code": "x"}))
    assert is_busy(rig.get("/account/", Cookie="sid=" + "A" * 22 + "." + "B" * 43))


def test_r01_it_becomes_ready_by_itself(rig: Rig) -> None:
    rig.start_valkey()
    rig.await_ready(10)
    assert rig.tokens()["token_type"] == "Bearer"


def test_r02_a_silent_redis_holds_up_nobody_who_does_not_need_it(rig: Rig) -> None:
    form = rig.code()
    rig.stop_valkey(signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(rig.timed, rig.form("/token", form)) for _ in range(8)]
            time.sleep(0.2)
            slowest = max(rig.timed(Request(url=rig.served.issuer + "/jwks"))[1] for _ in range(5))
            for one in asked:
                answer, seconds = one.result()
                assert is_busy(answer)
                assert seconds < SOON
        assert slowest < SOON
        # The silence is known by now: everybody is answered at once.
        answer, seconds = rig.timed(rig.form("/token", form))
        assert is_busy(answer)
        assert seconds < 1.5
        assert is_busy(exchange(Request(url=rig.request())))
    finally:
        rig.stop_valkey(signal.SIGCONT)
    rig.await_ready(10)
    assert rig.post("/token", form).status in (200, 400)
    assert rig.tokens()["token_type"] == "Bearer"


def test_r02_r04_what_a_dead_redis_took_along_is_asked_again_and_nothing_is_accepted_twice(rig: Rig) -> None:
    browser = Browser()
    made, spent, unspent = rig.tokens(browser), rig.code(browser), rig.code(browser)
    assert rig.post("/token", spent).status == 200
    offline = rig.tokens(browser, "openid offline_access")
    rig.stop_valkey()
    assert is_busy(rig.post("/token", unspent))
    assert rig.get("/jwks").status == 200
    for kept in (rig.folder / "valkey").rglob("*"):
        if kept.is_file():
            kept.unlink()
    rig.start_valkey()
    rig.await_ready(10)
    for form in (spent, unspent):
        answer = rig.patient("/token", form)
        assert (answer.status, json.loads(answer.body)["error"]) == (400, "invalid_grant")
    assert rig.refresh(made["refresh_token"]).status == 400
    assert rig.get("/userinfo", Authorization=f"Bearer {made['access_token']}").status == 401
    again = rig.refresh(offline["refresh_token"])
    assert again.status == 200, "an offline grant outlives Redis"
    assert rig.refresh(offline["refresh_token"]).status == 400
    silent = parse_qs(urlsplit(_location(rig, browser)).query)
    assert silent["error"] == ["login_required"]
    assert rig.tokens(browser)["token_type"] == "Bearer"


def _location(rig: Rig, browser: Browser) -> str:
    return exchange(browser.open(rig.request(prompt="none"))).header("location")


def test_r13_a_database_that_takes_no_more_connections_is_busy_and_nothing_hangs(rig: Rig) -> None:
    browser = Browser()
    rig.tokens(browser)
    rig.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    rig.sql("ALTER SYSTEM SET superuser_reserved_connections = 0")
    held: list[psycopg.Connection] = []
    try:
        with suppress(psycopg.OperationalError):
            while len(held) < 300:
                held.append(psycopg.connect(rig.database.url))
        assert len(held) < 300
        answer, seconds = rig.timed(Request(url=rig.served.issuer + "/readyz"))
        assert answer.status == 503
        assert seconds < SOON
        assert rig.get("/livez").status == 200
        assert rig.get("/jwks").status == 200
        answer, seconds = rig.timed(
            Request(url=rig.served.issuer + "/account/", headers=_cookies(rig, browser))
        )
        assert is_busy(answer)
        assert seconds < SOON
    finally:
        for one in held:
            one.close()
    rig.await_ready(10)
    assert rig.tokens()["token_type"] == "Bearer"


def _cookies(rig: Rig, browser: Browser) -> dict[str, str]:
    return browser.cookie_header(rig.served.issuer + "/")


def test_r16_a_read_only_database_confirms_nothing_it_cannot_keep(rig: Rig) -> None:
    browser = Browser()
    made, offline = rig.tokens(browser), rig.tokens(browser, "openid offline_access")
    rig.sql("ALTER SYSTEM SET default_transaction_read_only = on")
    rig.sql("SELECT pg_reload_conf()")
    time.sleep(0.3)
    try:
        assert is_busy(rig.post("/revoke", {"token": offline["refresh_token"]}))
        assert is_busy(rig.refresh(offline["refresh_token"]))
        hint = f"{rig.served.issuer}/end_session?id_token_hint={made['id_token']}"
        page = exchange(browser.open(hint)).header("location")
        assert is_busy(exchange(browser.open(rig.served.issuer + page)))
        assert rig.refresh(made["refresh_token"]).status == 200, "sessions go on without the database"
    finally:
        with psycopg.connect(rig.database.url, autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute("ALTER SYSTEM RESET default_transaction_read_only")
            connection.execute("SELECT pg_reload_conf()")
    time.sleep(0.3)
    assert rig.refresh(offline["refresh_token"]).status == 200, "the refused refresh used the token up"


def test_r11_every_token_that_was_told_of_is_kept_when_the_database_dies(rig: Rig) -> None:
    browser = Browser()
    forms = [rig.code(browser, "openid offline_access") for _ in range(24)]
    stop = threading.Event()

    def cut() -> None:
        while not stop.wait(0.02):
            with psycopg.connect(rig.database.url, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
                )

    cutter = threading.Thread(target=cut)
    cutter.start()
    try:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda form: rig.post("/token", form), forms[:16]))
    finally:
        stop.set()
        cutter.join()
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(rig.post, "/token", form) for form in forms[16:]]
        rig.database.stop(signal.SIGKILL)
        answers += [one.result() for one in asked]
    assert all(answer.status in (200, 503) for answer in answers), [answer.status for answer in answers]
    assert rig.get("/jwks").status == 200
    assert rig.get("/readyz").status == 503
    rig.database.start()
    rig.await_ready(15)
    for form, answer in zip(forms, answers, strict=True):
        if answer.status == 200:
            token = json.loads(answer.body)["refresh_token"]
            assert rig.refresh(token).status == 200, "a token that was told of is unknown"
        assert rig.post("/token", form).status == 400, "a code was accepted twice"


def test_r22_r23_killed_processes_accept_nothing_twice_and_come_back(rig: Rig) -> None:
    browser = Browser()
    forms = [rig.code(browser) for _ in range(16)]

    def redeem(form: dict[str, str]) -> int:
        try:
            return rig.post("/token", form).status
        except OSError:
            return 0

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(redeem, form) for form in forms]
        time.sleep(0.02)
        for child in _children(rig.served.process):
            os.kill(child, signal.SIGKILL)
        first = [one.result() for one in asked]
    rig.await_ready(30)
    second = [redeem(form) for form in forms]
    for one, two in zip(first, second, strict=True):
        assert (one, two).count(200) <= 1
        assert one in (0, 200, 503)
        assert two in (200, 400)
    assert rig.tokens()["token_type"] == "Bearer"


def _children(parent: int) -> list[int]:
    """Direct children of a process (proc(5))."""
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def test_r11_every_change_that_was_told_of_is_in_the_record(rig: Rig) -> None:
    """All of the above left an event for each answer with tokens, and one unbroken chain."""
    deadline = time.monotonic() + 10
    while _recorded(rig) < len(rig.issued) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _recorded(rig) >= len(rig.issued) > 20
    done = subprocess.run(
        [sys.executable, "-m", "idp.cli", "audit", "verify"],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
        env={**os.environ, "IDP_ENVIRONMENT": "test", "IDP_VAR_DIR": str(rig.folder / "var"),
             "IDP_KEYS_DIR": str(rig.folder / "keys"), "IDP_DATABASE_URL": rig.database.url,
             "IDP_REDIS_URL": f"unix://{rig.folder / 'own.sock'}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def _recorded(rig: Rig) -> int:
    ((count,),) = rig.sql("SELECT count(*) FROM audit_event WHERE kind = 'token.issue'")
    return int(str(count))


class Askers:
    """Threads that ask for the keys, each time by a connection of their own, as long as the block lasts."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.stop = threading.Event()
        self.seen: list[int] = []
        """Statuses; 0 where nobody listened, -1 where an answer was cut off."""
        self.threads = [threading.Thread(target=self._ask) for _ in range(4)]

    def _ask(self) -> None:
        while not self.stop.is_set():
            try:
                self.seen.append(self.rig.get("/jwks").status)
            except ConnectionRefusedError:
                self.seen.append(0)
                time.sleep(0.01)
            except OSError:
                self.seen.append(-1)

    def __enter__(self) -> "Askers":
        for thread in self.threads:
            thread.start()
        time.sleep(0.3)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()


def test_r24_a_reload_under_load_goes_on_answering(rig: Rig) -> None:
    before = set(_children(rig.served.process))
    with Askers(rig) as askers:
        os.kill(rig.served.process, signal.SIGHUP)
        deadline = time.monotonic() + 20
        while len(before - set(_children(rig.served.process))) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
    assert len(before - set(_children(rig.served.process))) >= 2, "the processes are the old ones"
    assert set(askers.seen) <= {200, -1}
    # granian closes its old processes' listening sockets with whatever waits in them (decision 0010).
    cut = askers.seen.count(-1)
    assert cut <= 2 * len(askers.threads), f"{cut} of {len(askers.seen)} requests were cut off"


def test_r24_an_end_under_load_cuts_no_answer_off(rig: Rig) -> None:
    with Askers(rig) as askers:
        os.kill(rig.served.process, signal.SIGTERM)
        deadline = time.monotonic() + 35
        while rig.served.status() is None and time.monotonic() < deadline:
            time.sleep(0.05)
    assert rig.served.status() == 0, rig.log[-2000:]
    assert set(askers.seen) <= {200, 0, -1}
    assert askers.seen.count(-1) <= len(askers.threads), "answers were cut off"
    assert 200 in askers.seen
