"""``idp serve``: the embedded Valkey if none is named, the schema, the worker, the web processes; one parent.

Everything is loaded once and forked, so that code and keys are shared memory. The parent waits for a database
that is not up yet, starts a Valkey, a worker or a web process again that died, and takes everything down
with it.
"""

import logging
import multiprocessing
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol, cast

from idp import journal, migration, settings, worker
from idp.app import create_app
from idp.base.errors import Rejected, Unavailable
from idp.gate import Gate
from idp.server import memory, processes
from idp.settings import Settings
from idp.store import db, embedded, redis

log = logging.getLogger("idp.serve")

_GRACE = 30
_PAUSE = 1.0
_fork = multiprocessing.get_context("fork")


class Child(Protocol):
    """A process of ours; ``poll`` tells its exit status once it has ended."""

    def poll(self) -> int | None: ...
    def terminate(self) -> None: ...
    def wait(self, timeout: float) -> Any: ...


class Worker:
    """The worker process, forked from here."""

    def __init__(self) -> None:
        self._process = _fork.Process(target=_work, name="worker")
        self._process.start()
        self.poll: Callable[[], int | None] = lambda: self._process.exitcode
        self.terminate, self.wait = self._process.terminate, self._process.join


def _work() -> None:
    processes.forget_listeners()
    worker.run()


def run() -> int:
    """Serve until told to stop; the exit status."""
    conf = settings.current()
    journal.configure(conf.log_level, json=conf.log_json)
    conf.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Until the web server listens to signals itself, the end must still take the children along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with _valkey(conf):
        _await_database(conf)
        app = create_app(conf)
        for name in app.jinja_env.list_templates(extensions=["html"]):
            app.jinja_env.get_template(name)  # compiled once, for all processes
        db.disconnect()
        own = conf.environment != "production" or not conf.database_url.get_secret_value()
        _apart(migration.upgrade if own else migration.demand)
        _refuse_eviction(conf)
        db.disconnect()
        memory.settle()
        with _kept("worker", Worker):
            return processes.run(cast(Gate, app.wsgi_app), conf)


def _apart(work: Callable[[], None]) -> None:
    """Do some work in a process of its own, which takes along what it loaded; raises what it raises."""
    here, there = _fork.Pipe(duplex=False)

    def report() -> None:
        db.forked()
        try:
            work()
        except Exception as error:  # noqa: BLE001  (it is raised in the parent)
            there.send(error)
        else:
            there.send(None)

    process = _fork.Process(target=report)
    process.start()
    there.close()
    try:
        error = here.recv()
    except EOFError:
        error = RuntimeError("the schema's process ended early")
    process.join()
    if error is not None:
        raise error


@contextmanager
def _valkey(conf: Settings) -> Iterator[None]:
    """The embedded Valkey, where no other is named and none is running yet."""
    if conf.redis_url.get_secret_value() or embedded.answers(conf.valkey_socket):
        yield
        return
    with _kept("valkey", partial(embedded.start, conf.valkey_socket, conf.var_dir / "valkey")):
        yield


def _await_database(conf: Settings) -> None:
    """A database that starts later than we do is waited for; nothing is made or decided without it (R10)."""
    told = 0.0
    while not db.answers(conf.sql_url):
        if time.monotonic() - told > 10:
            log.warning("the database does not answer; waiting for it")
            told = time.monotonic()
        time.sleep(_PAUSE)


def _refuse_eviction(conf: Settings) -> None:
    """A Redis that drops records when its memory is full would forget used codes and locks (R06)."""
    try:
        policy = redis.evicting()
    except Unavailable:
        log.warning("redis does not answer yet; logins and tokens wait for it")
        return
    if policy and conf.environment == "production":
        raise Rejected("redis.evicting", why=f"maxmemory-policy must be noeviction, it is {policy}")
    if policy:
        log.warning("redis may forget records: maxmemory-policy is %s, it should be noeviction", policy)


@contextmanager
def _kept(name: str, start: Callable[[], Child]) -> Iterator[None]:
    """A child process for the length of a block, started again when it dies."""
    child, stop = start(), threading.Event()

    def watch() -> None:
        nonlocal child
        while not stop.wait(_PAUSE):
            if child.poll() is None:
                continue
            log.error("%s ended with status %s and is started again", name, child.poll())
            try:
                child = start()
            except Unavailable as error:
                log.error("%s", error.what)

    watcher = threading.Thread(target=watch, name=f"{name} watch", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()
        child.terminate()
        child.wait(_GRACE)
