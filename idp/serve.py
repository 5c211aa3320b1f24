"""``idp serve``: the embedded Valkey if none is named, the schema, the worker, the web processes; one parent.

Everything is loaded once and forked, so that code and keys are shared memory. The parent starts a worker or
a web process again that died, and takes everything down with it.
"""

import logging
import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from idp import journal, migration, settings, webserver, worker
from idp.app import create_app
from idp.gate import Gate
from idp.settings import Settings
from idp.store import db, embedded

log = logging.getLogger("idp.serve")

_GRACE = 30
_PAUSE = 1.0


def run() -> int:
    """Serve until told to stop; the exit status."""
    conf = settings.current()
    journal.configure(conf.log_level, json=conf.log_json)
    conf.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _valkey(conf):
        gate = cast(Gate, create_app(conf).wsgi_app)
        if conf.database_url.get_secret_value() and conf.environment == "production":
            migration.demand()
        else:
            migration.upgrade()
        db.disconnect()
        with _worker():
            return webserver.run(gate, conf)


@contextmanager
def _valkey(conf: Settings) -> Iterator[None]:
    """The embedded Valkey, where no other is named and none is running yet."""
    if conf.redis_url.get_secret_value() or embedded.answers(conf.valkey_socket):
        yield
        return
    process = embedded.start(conf.valkey_socket, conf.var_dir / "valkey")
    try:
        yield
    finally:
        process.terminate()
        process.wait(_GRACE)


@contextmanager
def _worker() -> Iterator[None]:
    """The worker process, started again when it dies."""
    fork = multiprocessing.get_context("fork")
    stop = threading.Event()
    process = fork.Process(target=worker.run, name="worker")
    process.start()

    def watch() -> None:
        nonlocal process
        while not stop.wait(_PAUSE):
            if not process.is_alive():
                log.error("the worker ended with status %s and is started again", process.exitcode)
                process = fork.Process(target=worker.run, name="worker")
                process.start()

    watcher = threading.Thread(target=watch, name="worker watch", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()
        process.terminate()
        process.join(_GRACE)
