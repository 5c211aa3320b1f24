"""Attack book, group R: what a server tells and keeps while its stores fail.

One rig of real processes, in an order: everything is down, the stores come up, and fail in turn.
"""

import json
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from tests.attacks.rig import SOON, Rig, is_busy, rigged
from tests.interop.browserless import Browser
from tests.wire import Request, exchange

DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A server whose stores are down."""
    with rigged(tmp_path_factory.mktemp("rig")) as made:
        yield made


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


def test_r12_a_hung_database_holds_up_nobody_who_does_not_need_it(rig: Rig) -> None:
    """It accepts connections and never answers; machines that need it are told so, all others are served."""
    browser = Browser()
    rig.tokens(browser)
    stuck = {"token": rig.tokens(Browser(), "openid offline_access")["refresh_token"]}
    rig.signal_database(signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(rig.timed, rig.form("/revoke", stuck)) for _ in range(8)]
            time.sleep(0.2)
            for _ in range(4):
                for request in (
                    Request(url=rig.served.issuer + "/jwks"),
                    Request(url=rig.served.issuer + DISCOVERY),
                    rig.form("/token", {"grant_type": "client_credentials"}),
                    rig.form("/token", rig.code(browser)),
                ):
                    answer, seconds = rig.timed(request)
                    assert answer.status == 200
                    assert seconds < SOON
            for one in asked:
                answer, seconds = one.result()
                assert is_busy(answer)
                assert seconds < 3 * SOON
    finally:
        rig.signal_database(signal.SIGCONT)
    rig.await_ready(15)
    assert rig.tokens()["token_type"] == "Bearer"


def test_r12_a_hung_database_keeps_nobody_waiting_for_a_page_for_long(rig: Rig) -> None:
    """People's pages run in threads, of which there are few: each of them is free again within seconds."""
    browser = Browser()
    rig.tokens(browser)
    page = Request(url=rig.served.issuer + "/account/", headers=_cookies(rig, browser))
    assert exchange(page).status == 200
    rig.signal_database(signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(40) as pool:
            asked = [pool.submit(rig.timed, page) for _ in range(40)]
            for one in asked:
                answer, seconds = one.result()
                assert is_busy(answer), answer.status
                assert seconds < 3 * SOON
        answer, seconds = rig.timed(page)
        assert is_busy(answer)
        assert seconds < 2 * SOON
        assert rig.get("/livez").status == 200
    finally:
        rig.signal_database(signal.SIGCONT)
    rig.await_ready(15)
    assert exchange(page).status == 200


def test_r16_a_read_only_database_confirms_nothing_it_cannot_keep(rig: Rig) -> None:
    browser = Browser()
    made, offline = rig.tokens(browser), rig.tokens(browser, "openid offline_access")
    rig.sql("ALTER SYSTEM SET default_transaction_read_only = on")
    rig.sql("SELECT pg_reload_conf()")
    time.sleep(0.3)
    try:
        assert rig.get("/readyz").status == 503
        assert (rig.ready()["database"], rig.ready()["redis"], rig.ready()["record"]) == (False, True, True)
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


def test_r11_every_change_that_was_told_of_is_in_the_record(rig: Rig) -> None:
    """All of the above left an event for each answer with tokens, and one unbroken chain."""
    assert len(rig.issued) > 20
    rig.assert_recorded()
