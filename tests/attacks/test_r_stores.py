"""Attack book, faults R: stores that are full, that forget, that die, and writes that meet."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from idp import serve, sessions, settings
from idp.base.errors import Rejected
from idp.settings import Settings
from idp.store import db, embedded, redis
from tests import postgres
from tests.actors import Person, Portal, citizen


@pytest.fixture
def full(stores: None, test_settings: settings.Settings, tmp_path: Path) -> Iterator[None]:
    """A Valkey of this test alone, whose memory may be bounded."""
    process = embedded.start(tmp_path / "v.sock", tmp_path / "valkey")
    redis.open(f"unix://{tmp_path / 'v.sock'}")
    yield
    redis.open(test_settings.redis_url.get_secret_value())
    process.terminate()
    process.wait(10)


def production() -> Settings:
    return Settings(environment="production", issuer="https://id.example")


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl", "volatile-lru", "allkeys-random"])
def test_r06_a_redis_that_forgets_is_refused_at_the_start(
    full: None, test_settings: Settings, policy: str, caplog: pytest.LogCaptureFixture
) -> None:
    redis.call("CONFIG", "SET", "maxmemory", "100mb", "maxmemory-policy", policy)
    with pytest.raises(Rejected, match=r"redis\.evicting") as refused:
        serve._refuse_eviction(production())
    assert policy in refused.value.why
    with caplog.at_level(logging.WARNING):
        serve._refuse_eviction(test_settings)
    assert policy in caplog.text


def test_r06_a_redis_that_forgets_nothing_is_taken(full: None) -> None:
    redis.call("CONFIG", "SET", "maxmemory-policy", "noeviction", "maxmemory", "100mb")
    serve._refuse_eviction(production())
    redis.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru", "maxmemory", "0")
    serve._refuse_eviction(production())


def test_r06_a_full_redis_grants_nothing_in_silence(app: Flask, full: None, tax: Portal) -> None:
    me = Person(app)
    me.log_in(citizen())
    made, code = me.tokens(tax), me.code_for(tax)
    redis.call("CONFIG", "SET", "maxmemory-policy", "noeviction", "maxmemory", "1")
    assert me.authorize(tax).status_code == 503
    assert me.token(tax, tax.token_form(code)).status_code == 503
    refresh = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
    assert me.token(tax, refresh).status_code == 503
    redis.call("CONFIG", "SET", "maxmemory", "0")
    assert me.token(tax, refresh).status_code == 200


@pytest.fixture
def postgresql() -> Iterator[None]:
    """A PostgreSQL under ``idp.store.db`` for one test, whatever the others run on."""
    before = dict(db._engines)
    db._engines.clear()
    with postgres.cluster() as cluster:
        cluster.start()
        db.init_app(Flask("faults"), cluster.url.replace("postgresql:", "postgresql+psycopg:"), 4)
        yield
        db.close()
    db._engines.update(before)


def test_r14_two_writers_in_opposite_order_both_succeed(stores: None, postgresql: None) -> None:
    with db.writing_engine().begin() as connection:
        connection.execute(text("CREATE TABLE pair (id int PRIMARY KEY, n int)"))
        connection.execute(text("INSERT INTO pair VALUES (1, 0), (2, 0)"))
    meeting, met, failed = threading.Barrier(2, timeout=10), [], []

    @db.transaction
    def add(session: Session, first: int, second: int) -> None:
        session.execute(text("UPDATE pair SET n = n + 1 WHERE id = :id"), {"id": first})
        if first not in met:
            met.append(first)
            meeting.wait()
        session.execute(text("UPDATE pair SET n = n + 1 WHERE id = :id"), {"id": second})

    def run(first: int, second: int) -> None:
        try:
            add(first, second)
        except Exception as error:  # noqa: BLE001
            failed.append(error)

    writers = [threading.Thread(target=run, args=pair) for pair in ((1, 2), (2, 1))]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(20)
    assert failed == []
    assert db.fetch_all(text("SELECT n FROM pair")) == [(2,), (2,)]


def test_r11_a_read_survives_the_death_of_its_pooled_connection(stores: None, postgresql: None) -> None:
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    for _ in range(3):
        assert db.fetch_one(text("SELECT 1")) == (1,)
        with db.writing_engine().connect() as connection:
            connection.execute(text(kill))
        assert db.fetch_one(text("SELECT 2")) == (2,)


def test_r08_a_connection_that_died_is_found_out_by_every_thread(stores: None) -> None:
    """One thread meets the dead connection; the others look at theirs before they use them."""
    ready, go, answers = threading.Barrier(5, timeout=10), threading.Event(), []

    def ask(name: str) -> None:
        redis.call("SET", name, name)
        ready.wait()
        go.wait(10)
        answers.append(redis.call("GET", name) == name.encode())

    threads = [threading.Thread(target=ask, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    redis.call("PING")
    ready.wait()
    redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    redis._note(ConnectionError())
    go.set()
    for thread in threads:
        thread.join()
    assert answers == [True] * 4
    assert sessions.find("x") is None
