"""Prepare what the demonstration shows: the cast with fresh credentials, the portals with theirs."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from joserfc.jwk import ECKey

import clients
from clients import manifest
from clients import service as registry
from clients.client import SECRET_METHODS
from idp import settings
from idp.app import open_stores
from idp.demo import officers, policies
from idp.demo.authenticators import write as write_authenticators
from idp.demo.officers import OfficerCredentials
from idp.demo.plan import PORTALS, Plan
from idp.personas import service as cast
from idp.personas.credentials import Credentials
from idp.store import db

OPERATOR = "demo"
MANIFEST = Path(clients.__file__).parent / "manifests" / "demo.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What is ready: people by their slug, and for each portal where its credential lies."""

    people: Mapping[str, Credentials]
    credentials: Mapping[str, Mapping[str, str]]
    officers: Sequence[OfficerCredentials]


def prepare(plan: Plan) -> Stage:
    """Fill the stores of the server that already runs; each time with new credentials."""
    open_stores(settings.current())
    try:
        people = cast.load(renew=True)
        staff = officers.appoint()
        policies.publish()
        credentials = _register_portals(plan)
    finally:
        db.close()
    write_authenticators(
        {person.name: person.totp for person in people if person.totp}
        | {f"{one.login_name} {one.role} {one.name}": one.totp for one in staff}
    )
    return Stage(
        people={person.slug: person for person in people}, credentials=credentials, officers=tuple(staff)
    )


def forget(plan: Plan) -> None:
    """Remove the portals' credentials, when the demonstration ends."""
    for file in (plan.folder / "portals").glob("*"):
        file.unlink()


def _register_portals(plan: Plan) -> dict[str, dict[str, str]]:
    """Register the portals at this demonstration's addresses; the settings naming each one's credential."""
    folder = plan.folder / "portals"
    folder.mkdir(exist_ok=True, mode=0o700)
    key, key_file = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}), folder / "key.json"
    key.ensure_kid()
    _write(key_file, json.dumps(key.as_dict(private=True)))
    credentials: dict[str, dict[str, str]] = {}
    for client, change in zip(*_apply(plan, key), strict=True):
        if client.token_endpoint_auth_method in SECRET_METHODS:
            file = folder / f"{client.client_id}.secret"
            secret = change.secret or registry.rotate_secret(client.client_id, overlap=0, operator=OPERATOR)
            _write(file, secret.reveal())
            credentials[client.client_id] = {"PORTAL_SECRET_FILE": str(file)}
        else:
            credentials[client.client_id] = {"PORTAL_KEY_FILE": str(key_file)}
    return credentials


def _apply(plan: Plan, key: ECKey) -> tuple[tuple[clients.Client, ...], tuple[registry.Change, ...]]:
    entries = manifest.read(_moved(MANIFEST.read_text(encoding="utf-8"), plan), MANIFEST.name).entries
    for entry in entries:
        if entry["token_endpoint_auth_method"] == "private_key_jwt":
            entry["jwks"] = {"keys": [key.as_dict(private=False)]}
    registered = manifest.check(manifest.Manifest(source=MANIFEST.name, entries=entries))
    return registered, registry.apply(registered, operator=OPERATOR)


def _moved(text: str, plan: Plan) -> str:
    """The manifest with the portals' addresses of this demonstration."""
    for usual, chosen in zip(PORTALS, plan.portals, strict=True):
        text = text.replace(usual.address, f"{chosen.address}#")
    return text.replace("#/", "/")  # two steps, or ports that change places would be moved twice


def _write(path: Path, text: str) -> None:
    """Write a file that only its owner can read, from the first byte on."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
