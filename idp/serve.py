"""``idp serve``: the embedded Valkey if none is named, the schema, the worker, the web server; one parent.

The web server is gunicorn: the strictest parser of those tried (decision 0010). The parent starts what is
missing, restarts a worker that died, and takes everything down with it.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from idp import migration, settings
from idp.app import open_stores
from idp.settings import Settings
from idp.store import db, embedded

log = logging.getLogger("idp.serve")

_GRACE = 30
ROOT = Path(__file__).parent.parent
_WEB = [sys.executable, "-m", "gunicorn", "--config", "python:idp.webserver", "wsgi:app"]


def run() -> int:
    """Serve until a signal comes or the web server ends; the exit status."""
    conf = settings.current()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    children = _Children()
    try:
        if not conf.redis_url.get_secret_value():
            conf.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not embedded.answers(conf.valkey_socket):
                children.keep(embedded.start(conf.valkey_socket, conf.var_dir / "valkey"))
        _prepare(conf)
        web = children.keep(subprocess.Popen(_WEB, env=_environment(conf), cwd=ROOT))
        worker = _start_worker()
        signal.signal(signal.SIGHUP, lambda *_: web.send_signal(signal.SIGHUP))
        while not stop.wait(0.5) and web.poll() is None:
            if worker.poll() is not None:
                log.error("the worker ended with status %s and is started again", worker.returncode)
                worker = _start_worker()
        children.first(worker)
        return 0 if stop.is_set() else web.returncode or 1
    finally:
        children.end()


class _Children:
    """Child processes, ended in the reverse order of their start."""

    def __init__(self) -> None:
        self._kept: list[subprocess.Popen[bytes]] = []

    def keep(self, process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        self._kept.append(process)
        return process

    def first(self, process: subprocess.Popen[bytes]) -> None:
        self._kept.insert(len(self._kept) - 1, process)

    def end(self) -> None:
        for process in reversed(self._kept):
            process.terminate()
            try:
                process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                process.kill()


def _prepare(conf: Settings) -> None:
    """Keys and schema, once, before any process serves."""
    open_stores(conf)
    if conf.database_url.get_secret_value() and conf.environment == "production":
        migration.demand()
    else:
        migration.upgrade()
    db.close()


def _start_worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "idp.cli", "worker"])


def _environment(conf: Settings) -> dict[str, str]:
    """The children's environment: metrics of all processes are added up in one folder, emptied here."""
    folder = conf.var_dir.resolve() / "metrics"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink()
    return {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder), "PYTHONUNBUFFERED": "1"}
