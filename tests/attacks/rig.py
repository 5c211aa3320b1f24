"""A server of real processes whose PostgreSQL and Valkey can be stopped under it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from idp.store import embedded
from tests import postgres, serving
from tests.postgres import Cluster
from tests.registrations import entry
from tests.site import Site
from tests.wire import Answer, Request, exchange

#: A machine under other load answers late; a hang is longer still.
SOON = 4.0


@dataclass(kw_only=True)
class Rig(Site):
    """A server, its PostgreSQL and its Valkey."""

    database: Cluster
    valkey: subprocess.Popen[bytes] | None = None
    issued: list[int] = field(default_factory=list)
    """One entry for each answer with tokens that a client has seen."""

    def post(self, path: str, form: dict[str, str], **headers: str) -> Answer:
        answer = super().post(path, form, **headers)
        if path == "/token" and answer.status == 200:
            self.issued.append(1)
        return answer

    def patient(self, path: str, form: dict[str, str]) -> Answer:
        """Ask again as long as the server says it is busy: each of its threads finds out for itself."""
        for _ in range(20):
            answer = self.post(path, form)
            if answer.status != 503:
                break
        return answer

    def start_valkey(self) -> None:
        self.valkey = embedded.start(self.folder / "own.sock", self.folder / "valkey")

    def stop_valkey(self, number: signal.Signals = signal.SIGKILL) -> None:
        assert self.valkey is not None
        self.valkey.send_signal(number)
        if number == signal.SIGKILL:
            self.valkey.wait(10)

    def signal_database(self, number: signal.Signals) -> None:
        """To PostgreSQL and all of its processes: suspended ones accept connections and never answer."""
        postmaster = self.database.process
        for pid in (postmaster, *children(postmaster)):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def timed(self, request: Request) -> tuple[Answer, float]:
        began = time.monotonic()
        return exchange(request), time.monotonic() - began

    def ready(self) -> dict[str, bool]:
        return dict(json.loads(self.get("/readyz").body))

    def await_ready(self, seconds: float = 15) -> None:
        """Ready, and every thread's idle connection old enough to be looked at before it is used."""
        serving.await_ready(self.served, seconds)
        time.sleep(1.1)

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database.url, autocommit=True) as connection:
            found = connection.execute(statement)
            return found.fetchall() if found.description else []

    def assert_recorded(self) -> None:
        """Every answer with tokens that was seen is in the record, and its chain is whole."""
        deadline = time.monotonic() + 10
        while self._recorded() < len(self.issued) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert self._recorded() >= len(self.issued)
        done = subprocess.run(
            [sys.executable, "-m", "idp.cli", "audit", "verify"],
            cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
            env={**os.environ, "IDP_ENVIRONMENT": "test", "IDP_VAR_DIR": str(self.folder / "var"),
                 "IDP_KEYS_DIR": str(self.folder / "keys"), "IDP_DATABASE_URL": self.database.url,
                 "IDP_REDIS_URL": f"unix://{self.folder / 'own.sock'}"},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    def _recorded(self) -> int:
        ((count,),) = self.sql("SELECT count(*) FROM audit_event WHERE kind = 'token.issue'")
        return int(str(count))

    @property
    def log(self) -> str:
        return self.served.log.read_text()


@contextmanager
def rigged(folder: Path) -> Iterator[Rig]:
    """Furnished stores, both of them down, and a server that is started nevertheless."""
    portal = entry(
        grant_types=["authorization_code", "refresh_token", "client_credentials"],
        scopes=["openid", "profile", "offline_access", "data.query"],
        post_logout_redirect_uris=["https://good.example/bye"],
    )
    with postgres.cluster() as database:
        database.start()
        chosen = {
            "database_url": database.url,
            "redis_url": f"unix://{folder / 'own.sock'}",
            "processes": 2,
            "database_pool": 3,
        }
        furnished = serving.furnish(folder, [portal], **chosen)
        database.stop()
        with serving.started(folder, furnished, **chosen) as served:
            made = Rig(served=served, folder=folder, database=database)
            yield made
            if made.valkey is not None:
                made.valkey.send_signal(signal.SIGCONT)
                made.stop_valkey()


def is_busy(answer: Answer) -> bool:
    """Refused for now, and told when to come again."""
    return answer.status == 503 and answer.header("retry-after").isdigit()


def children(parent: int) -> list[int]:
    """Direct children of a process (proc(5))."""
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
