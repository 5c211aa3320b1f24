"""The two servers, each with the same clients: this one as it is started, and npm's oidc-provider."""

import base64
import json
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey, RSAKey

from tests import node, serving
from tests.bench import peer
from tests.postgres import free_port
from tests.registrations import entry
from tests.validation.server import Client, Server

_FAPI = ("bank", "other-bank")
_BY_KEY = (*_FAPI, "signer")
_BY_SECRET = ("plain", "second")
_GRANTS = ["authorization_code", "refresh_token"]
_GOODBYE = "https://portal.example/bye"


@contextmanager
def this_server(folder: Path) -> Iterator[Server]:
    """This server, started as in production."""
    keys = _keys()
    entries = [_entry(name, keys.get(name)) for name in (*_BY_SECRET, *_BY_KEY)]
    with serving.running(folder, entries, processes=1) as served:
        yield _begun(served.issuer, _clients(keys, served.secrets), served.people[0])


@contextmanager
def the_peer(folder: Path) -> Iterator[Server]:
    """npm's oidc-provider, on its own memory."""
    keys, given = _keys(), {name: secrets.token_urlsafe(32) for name in _BY_SECRET}
    port, settings = free_port(), folder / "settings.json"
    settings.write_text(json.dumps(_settings(port, keys, given)))
    program = node.install(peer.PACKAGES, Path(__file__).with_name("probed.js")) / "probed.js"
    process = subprocess.Popen(
        ["node", str(program), str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        peer.await_ready(process, port)
        yield _begun(f"http://127.0.0.1:{port}", _clients(keys, given), {"identifier": "visitor"})
    finally:
        process.terminate()
        process.wait(20)


def _begun(issuer: str, clients: Mapping[str, Client], visitor: Mapping[str, str]) -> Server:
    server = Server(issuer=issuer, clients=clients, visitor=visitor)
    server.begin()
    return server


def _keys() -> dict[str, ECKey]:
    return {
        name: ECKey.generate_key("P-256", {"kid": name, "use": "sig", "alg": "ES256"}) for name in _BY_KEY
    }


def _clients(keys: Mapping[str, ECKey], given: Mapping[str, str]) -> dict[str, Client]:
    return {
        name: Client(client_id=name, secret=given.get(name, ""), key=keys.get(name))
        for name in (*_BY_SECRET, *_BY_KEY)
    }


def _registration(name: str, key: ECKey | None) -> dict[str, Any]:
    """What both servers are told of a client, in the words of RFC 7591 §2."""
    shared = {
        "client_id": name,
        "redirect_uris": ["https://portal.example/callback"],
        "post_logout_redirect_uris": [_GOODBYE],
        "grant_types": _GRANTS,
        "token_endpoint_auth_method": "private_key_jwt" if key else "client_secret_basic",
    }
    return shared | ({"jwks": {"keys": [key.as_dict(private=False)]}} if key else {})


def _entry(name: str, key: ECKey | None) -> dict[str, Any]:
    profile = {"profile": "fapi2"} if name in _FAPI else {"response_modes": ["query", "form_post"]}
    return entry(**_registration(name, key), **profile)


def _settings(port: int, keys: Mapping[str, ECKey], given: Mapping[str, str]) -> dict[str, Any]:
    bound = {"dpop_bound_access_tokens": True, "require_pushed_authorization_requests": True}
    own = [ECKey.generate_key("P-256", {"kid": "es"}), RSAKey.generate_key(2048, {"kid": "rs"})]
    return {
        "issuer": f"http://127.0.0.1:{port}",
        "port": port,
        "cookie_key": secrets.token_urlsafe(32),
        "nonce_secret": base64.b64encode(secrets.token_bytes(32)).decode(),
        "jwks": {"keys": [{**key.as_dict(private=True), "use": "sig"} for key in own]},
        "fapi": _FAPI,
        "clients": [
            _registration(name, keys.get(name))
            | ({"client_secret": given[name]} if name in given else {})
            | (bound if name in _FAPI else {})
            for name in (*_BY_SECRET, *_BY_KEY)
        ],
    }
