"""The peer: npm's oidc-provider on Redis, two processes of node's cluster, ES256, PKCE, rotation.

Alike on both sides: argon2id of the same cost by the same C code, the same client authentication, the same
store with the same persistence, session-bound refresh tokens, a portal whose consent is already known.
"""

import base64
import json
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from joserfc.jwk import ECKey

from idp.store import embedded
from tests.bench import fapi
from tests.bench.user import Target
from tests.node import install
from tests.postgres import free_port
from tests.wire import Request, exchange

PACKAGES = Path(__file__).parent
"""Where its version is locked."""
REDIRECT = "http://127.0.0.1:1/callback"
_PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server under load and the processes to be measured."""

    target: Target
    server: int
    stores: frozenset[int]


def version() -> str:
    """The pinned version, as the report names it."""
    return str(json.loads((PACKAGES / "package.json").read_text())["dependencies"]["oidc-provider"])


@contextmanager
def running(
    folder: Path, *, processes: int = 2, people: int = 16, redirect: str = REDIRECT
) -> Iterator[Running]:
    """The peer with its own Valkey, as long as the block lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    secret, key = secrets.token_urlsafe(32), fapi.new_key()
    names = [f"person-{number}" for number in range(people)]
    settings = folder / "settings.json"
    valkey = embedded.start(folder / "valkey.sock", folder / f"valkey-{port}")
    redis = str(folder / "valkey.sock")
    settings.write_text(json.dumps(_settings(port, processes, secret, key, names, redirect, redis)))
    command = ["node", str(install(PACKAGES) / "server.js"), str(settings)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        await_ready(server, port)
        target = Target(
            name=f"node oidc-provider {version()}, {processes} processes",
            issuer=f"http://127.0.0.1:{port}",
            address=("127.0.0.1", port),
            client_id="portal",
            client_secret=secret,
            redirect_uri=redirect,
            scope="openid profile",
            fapi_id="fapi",
            fapi_key=key,
            accounts=tuple({"identifier": name, "password": _PASSWORD} for name in names),
        )
        yield Running(target=target, server=server.pid, stores=frozenset({valkey.pid}))
    finally:
        for process in (server, valkey):
            process.terminate()
            process.wait(20)


def _settings(
    port: int,
    processes: int,
    secret: str,
    own: dict[str, Any],
    names: list[str],
    redirect: str,
    redis: str,
) -> dict[str, object]:
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256", "kid": "bench"})
    hashed = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1).hash(_PASSWORD)
    return {
        "issuer": f"http://127.0.0.1:{port}",
        "port": port,
        "processes": processes,
        "redis": redis,
        "nonce_secret": base64.b64encode(secrets.token_bytes(32)).decode(),
        "fapi": ["fapi"],
        "cookie_keys": [base64.b64encode(secrets.token_bytes(32)).decode()],
        "jwks": {"keys": [key.as_dict(private=True)]},
        "accounts": {name: {"name": name, "password": hashed, "updated_at": 1} for name in names},
        "clients": [
            {
                "client_id": "portal",
                "client_secret": secret,
                "redirect_uris": [redirect],
                "post_logout_redirect_uris": [f"{redirect}/out"],
                "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
                "token_endpoint_auth_method": "client_secret_basic",
            },
            {
                "client_id": "fapi",
                "redirect_uris": [redirect],
                "grant_types": ["authorization_code", "refresh_token"],
                "token_endpoint_auth_method": "private_key_jwt",
                "token_endpoint_auth_signing_alg": "ES256",
                "jwks": {"keys": [{name: value for name, value in own.items() if name != "d"}]},
                "dpop_bound_access_tokens": True,
                "require_pushed_authorization_requests": True,
            },
        ],
    }


def await_ready(server: subprocess.Popen[bytes], port: int, seconds: float = 30) -> None:
    """Wait until the peer answers."""
    deadline = time.monotonic() + seconds
    while True:
        if server.poll() is not None:
            raise RuntimeError("the peer ended at its start")
        try:
            exchange(Request(url=f"http://127.0.0.1:{port}/.well-known/openid-configuration"))
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
