"""The whole server as a child process, started as in production, for what meets it from outside."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.postgres import free_port
from tests.wire import Request, exchange

_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running server, the secrets of its portals and what its people type."""

    issuer: str
    port: int
    process: int
    log: Path
    status: Callable[[], int | None]
    """The exit status, once it has ended."""
    secrets: Mapping[str, str]
    people: tuple[Mapping[str, str], ...]
    initial_tokens: tuple[str, ...] = ()


@contextmanager
def running(
    folder: Path,
    portals: Sequence[Mapping[str, Any]],
    *,
    people: int = 1,
    policies: Sequence[Mapping[str, Any]] = (),
    **chosen: object,
) -> Iterator[Served]:
    """``idp serve`` on furnished stores, as long as the block lasts; ``chosen`` are settings by name."""
    furnished = furnish(folder, portals, people=people, policies=policies, **chosen)
    with started(folder, furnished, **chosen) as served:
        await_ready(served)
        yield served


def furnish(
    folder: Path,
    portals: Sequence[Mapping[str, Any]],
    *,
    people: int = 1,
    policies: Sequence[Mapping[str, Any]] = (),
    **chosen: object,
) -> dict[str, Any]:
    """Register portals and people, and make initial access tokens, in the stores of a server to come."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {"portals": portals, "people": people, "policies": policies}
    return _furnish(_environment(folder, 0, chosen), wanted)


@contextmanager
def started(folder: Path, furnished: Mapping[str, Any], **chosen: object) -> Iterator[Served]:
    """``idp serve`` as it starts, whether it can serve or not."""
    # Chosen late: another server must not take the port while the stores are furnished.
    port = free_port()
    with (folder / "server.log").open("wb") as log:
        command = [sys.executable, "-m", "idp.cli", "serve"]
        environment = _environment(folder, port, chosen)
        server = subprocess.Popen(command, cwd=_ROOT, env=environment, stdout=log, stderr=log)
        try:
            yield Served(
                issuer=f"http://127.0.0.1:{port}",
                port=port,
                process=server.pid,
                log=folder / "server.log",
                status=server.poll,
                secrets=furnished["secrets"],
                people=tuple(furnished["people"]),
                initial_tokens=tuple(furnished.get("initial_tokens", ())),
            )
        finally:
            server.terminate()
            server.wait(60)


def await_ready(served: Served, seconds: float = 60) -> None:
    """Wait until the server says it is ready."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if served.status() is not None:
            break
        try:
            if exchange(Request(url=f"{served.issuer}/readyz")).status == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"the server did not come up: {served.log.read_text()[-4000:]}")


def _environment(folder: Path, port: int, chosen: Mapping[str, object]) -> dict[str, str]:
    """The settings of a test server; the environment's own ones do not reach it."""
    settings = {
        "environment": "test",
        "issuer": f"http://127.0.0.1:{port}",
        "listen": f"127.0.0.1:{port}",
        "var_dir": folder / "var",
        "keys_dir": folder / "keys",
        "allow_demo_regions": "true",
        "outbound_loopback": "true",
        "key_publish_lead": 0,
        **chosen,
    }
    named = {f"IDP_{name.upper()}": str(value) for name, value in settings.items()}
    return {name: value for name, value in os.environ.items() if not name.startswith("IDP_")} | named


def _furnish(environment: Mapping[str, str], wanted: Mapping[str, object]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.furnish"],
        cwd=_ROOT, env=environment, input=json.dumps(wanted), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the stores could not be furnished: {done.stderr}")
    return dict(json.loads(done.stdout))
