"""Declarative registrations: a YAML text becomes validated clients, all of them or none.

    clients:
      - client_id: tax
        name: 税务服务门户
        ...

``read`` gives plain entries, which a program may complete (a key made at start); ``check`` judges them.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from clients import profiles, rules, scopes, uris
from clients.client import Client
from idp import keyring, notation, settings
from idp.base.errors import Rejected
from idp.base.levels import level_of

LARGEST = 64 * 1024 * 1024
MOST_CLIENTS = 20_000

#: Set by this server, never by a manifest (attack book L02).
_OURS = frozenset({"secrets", "origin", "logo", "enabled", "created_at", "fingerprint", "_key_sets"})
KEYS = tuple(field.name for field in fields(Client) if field.name not in _OURS)

shape: TypeAdapter[Client] = TypeAdapter(Client)


class Refused(Rejected):
    """A manifest that is not applied; ``problems`` names client, key and reason of each fault."""

    def __init__(self, source: str, problems: Iterable[str], code: str = "invalid_client_metadata") -> None:
        self.problems = [_printable(f"{source}: {problem}") for problem in problems]
        super().__init__(code, "the registration is not valid", why="; ".join(self.problems)[:2000])


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Entries as they stand in a file; ``source`` names the file in every message."""

    source: str
    entries: list[dict[str, Any]]


def read(text: str, source: str) -> Manifest:
    """Parse a manifest; raises ``Refused`` for what is not one."""
    content = parsed(text, source)
    entries = content.get("clients") if isinstance(content, dict) and set(content) == {"clients"} else None
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_CLIENTS:
        raise Refused(source, ["must have the one key clients, with a list of registrations under it"])
    for position, entry in enumerate(entries):
        if not isinstance(entry, dict) or not all(isinstance(key, str) for key in entry):
            raise Refused(source, [f"clients[{position}]: must be a list of keys and values"])
    return Manifest(source=source, entries=entries)


def parsed(text: str, source: str) -> Any:
    """YAML without surprises, as plain values; raises ``Refused``."""
    try:
        return notation.read(text, largest=LARGEST)
    except notation.Unreadable as error:
        raise Refused(source, [f"line {error.line}: {error.reason}"]) from None


def load(path: Path) -> tuple[Client, ...]:
    """The clients of a file, or of all ``*.yaml`` files of a folder, judged together."""
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    try:
        manifests = [read(file.read_text(encoding="utf-8"), file.name) for file in files]
    except (OSError, UnicodeDecodeError):
        raise Refused(str(path), ["cannot be read as a UTF-8 text"]) from None
    clients = [client for manifest in manifests for client in check(manifest)]
    twice = sorted(
        name for name, count in Counter(client.client_id for client in clients).items() if count > 1
    )
    if twice or not clients:
        raise Refused(
            path.name, [f"{name}: client_id: stands in several files" for name in twice] or ["no manifest"]
        )
    return tuple(clients)


def check(manifest: Manifest) -> tuple[Client, ...]:
    """Judge all entries by the settings in force; one wrong entry refuses the whole manifest."""
    terms = _terms()
    clients: list[Client] = []
    names = Counter(str(entry.get("client_id")) for entry in manifest.entries)
    found: list[tuple[str, rules.Fault]] = []
    for position, entry in enumerate(manifest.entries):
        label = f"clients[{position}] ({entry.get('client_id', 'no client_id')!s:.64})"
        client, faults = _judge(entry, terms)
        if client:
            clients.append(client)
            faults += rules.installations(client)
        if names[str(entry.get("client_id"))] > 1:
            faults.append(("client_id", "stands in this manifest twice"))
        found += [(label, fault) for fault in faults]
    if found:
        redirects = any(key.startswith("redirect_uris") for _, (key, _) in found)
        code = "invalid_redirect_uri" if redirects else "invalid_client_metadata"
        raise Refused(manifest.source, (f"{label}: {key}: {reason}" for label, (key, reason) in found), code)
    return tuple(clients)


def judge(entry: Mapping[str, Any], *, approved: bool = False) -> tuple[Client | None, list[rules.Fault]]:
    """One registration, whoever brings it, and every fault of it by key; no client without a right shape."""
    return _judge(entry, _terms(approved=approved))


def told(error: ValidationError) -> list[str]:
    """What has a wrong shape, in our words."""
    return [f"{key}: {reason}" for key, reason in _misshapen(error)]


def document(client: Client) -> dict[str, Any]:
    """The registered metadata of a client as plain JSON, without what this server adds."""
    return {key: _plain(getattr(client, key)) for key in KEYS}


def _judge(entry: Mapping[str, Any], terms: rules.Terms) -> tuple[Client | None, list[rules.Fault]]:
    unknown = [(str(key), "is not a known key") for key in entry if key not in KEYS]
    if unknown:
        return None, unknown
    try:
        client = shape.validate_json(json.dumps(_completed(entry)))
    except ValidationError as error:
        return None, _misshapen(error)
    except (TypeError, ValueError, RecursionError):
        return None, [("(entry)", "holds values that are not text, numbers, lists or keys")]
    return client, rules.faults(client, terms)


def _terms(*, approved: bool = False) -> rules.Terms:
    conf = settings.current()
    return rules.Terms(
        development=conf.environment != "production",
        longest_token=conf.longest_token_lifetime,
        longest_refresh=conf.offline_refresh_lifetime,
        algorithms=keyring.algorithms(),
        certificates=conf.client_certificate != "none",
        authorities=bool(conf.client_certificate_authorities),
        approved=approved,
    )


def _misshapen(error: ValidationError) -> list[rules.Fault]:
    return [(_place(detail["loc"]), _reason(detail["msg"])) for detail in error.errors()]


def _completed(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with what its profile says for it, and level, legal bases and sector worked out.

    Wrong types are left for the shape to name.
    """
    level = entry.get("min_level", "l1")
    named = entry.get("scopes", [])
    known = [scope for name in _texts(named) if (scope := scopes.find(name)) and scope.legal_basis]
    stated = entry.get("legal_basis", {})
    return {
        **profiles.defaults(entry),
        **entry,
        "min_level": level_of(level) or 0 if isinstance(level, str) else level,
        "legal_basis": {scope.name: scope.legal_basis for scope in known} | stated
        if isinstance(stated, dict)
        else stated,
        "sector": entry.get("sector", _sector(entry)),
    }


def _sector(entry: Mapping[str, Any]) -> str:
    """The host of the sector's document, or the one of the redirect URIs; none when there are several (OIDC
    Core §8.1)."""
    if isinstance(uri := entry.get("sector_identifier_uri"), str) and uri:
        return uris.host(uri)
    hosts = {uris.host(uri) for uri in _texts(entry.get("redirect_uris", []))} - {""}
    return "" if len(hosts) > 1 else next(iter(hosts), str(entry.get("client_id", "")))


def _texts(values: object) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def _place(location: tuple[int | str, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location).lstrip(".")


def _reason(message: str) -> str:
    return {"Field required": "is missing"}.get(message, message[:1].lower() + message[1:])


def _printable(text: str) -> str:
    """Harmless in a terminal and a log, whatever stood in the manifest (CWE-117)."""
    return "".join(one if one.isprintable() else "?" for one in text[:400])
