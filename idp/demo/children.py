"""Child processes: started with a log of their own, waited for, watched, and all ended together."""

import http.client
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

GRACE = 35
_TAIL = 20


class Died(Exception):
    """A part ended, or never answered; the message names it and shows the end of its log."""

    def __init__(self, name: str, log: Path) -> None:
        lines = (
            log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL:] if log.exists() else []
        )
        super().__init__("\n".join([f"{name} ({log})", *(f"  | {line}" for line in lines)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One running part."""

    name: str
    log: Path
    process: subprocess.Popen[bytes]


class Children:
    """All parts of a demonstration; as a context manager it leaves none behind."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._all: list[Child] = []

    def __enter__(self) -> "Children":
        self._logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self

    def __exit__(self, *raised: object) -> None:
        self.end()

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Child:
        """Start a part in a session of its own, so that the terminal's Ctrl-C reaches us alone."""
        log = self._logs / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        child = Child(name=name, log=log, process=process)
        self._all.append(child)
        return child

    def wait_for(self, child: Child, address: str, seconds: float = 60) -> None:
        """Wait until the part answers; raises ``Died`` when it ends or stays silent."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if child.process.poll() is not None:
                break
            if _answers(address):
                return
            time.sleep(0.1)
        raise Died(child.name, child.log)

    def watch(self) -> None:
        """Look once whether every part is alive."""
        for child in self._all:
            if child.process.poll() is not None:
                raise Died(child.name, child.log)

    def end(self) -> None:
        """End all parts, the last started first, and wait for each."""
        for child in reversed(self._all):
            child.process.terminate()
        deadline = time.monotonic() + GRACE
        for child in reversed(self._all):
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError):
                    os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()
        self._all.clear()


def _answers(address: str) -> bool:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
