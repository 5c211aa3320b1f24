"""The demonstration as a program runs it: ``idp demo --json`` on free ports, ended at the end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp

ROOT = Path(__file__).parents[1]
PORTS = ("--port", "--tax-port", "--social-security-port", "--enterprise-registration-port")

#: What was last read from each generator.
_codes_read: dict[str, str] = {}


def fresh_code(secret: str) -> str:
    """Read a generator; a code is good once, so one that was read before is waited out."""
    generator = pyotp.TOTP(secret)
    while (code := generator.now()) == _codes_read.get(secret):
        time.sleep(generator.interval - time.time() % generator.interval)
    _codes_read[secret] = code
    return code


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the cast, with the credentials of this start."""

    name: str
    login: str
    password: str = field(repr=False)
    totp: str | None = field(repr=False)

    def code(self) -> str:
        """What the person's generator shows now, or next if it has been read already."""
        assert self.totp, f"{self.name} has no generator"
        return fresh_code(self.totp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """What runs: addresses and people."""

    issuer: str
    inbox: str
    portals: Mapping[str, str]
    people: Mapping[str, Person]
    staff: Mapping[str, Mapping[str, str]]
    folder: Path

    def secret(self, client_id: str) -> str:
        """The secret of a client of this start."""
        return (self.folder / "portals" / f"{client_id}.secret").read_text(encoding="utf-8").strip()


@contextmanager
def running(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Demonstration]:
    """Start the demonstration on free ports with its data in ``folder``."""
    process = subprocess.Popen(
        [sys.executable, "-m", "idp.demo", "--json", "--folder", str(folder), *_options()],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the demonstration did not start; its logs are in {folder / 'logs'}")
        yield _read(json.loads(line), folder)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        process.stdout.close()


def free_ports(count: int) -> list[int]:
    """Ports that nobody holds at this moment."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def _options() -> list[str]:
    ports = free_ports(len(PORTS))
    return [word for option, port in zip(PORTS, ports, strict=True) for word in (option, str(port))]


def _read(facts: dict[str, Any], folder: Path) -> Demonstration:
    people = {slug: Person(**person) for slug, person in facts.pop("people").items()}
    return Demonstration(people=people, folder=folder, **facts)
