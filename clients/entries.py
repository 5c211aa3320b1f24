"""A registration as the shortest manifest entry that says it, for people to read and to keep in files."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

from clients import manifest, profiles
from clients.client import Client


def entry(document: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a stored registration that its profile and the defaults do not say already."""
    said = {**_DEFAULTS, **profiles.defaults(document)}
    shortest = {
        name: document[name] for name in manifest.KEYS
        if name in document and (name not in said or document[name] != said[name])
    }  # fmt: skip
    if "min_level" in shortest:
        shortest["min_level"] = f"l{shortest['min_level']}"
    return shortest


def document(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The registration that an entry of this form says."""
    said = {**_DEFAULTS, **profiles.defaults(entry), **entry}
    level = said["min_level"]
    return {**said, "min_level": int(level[1:]) if isinstance(level, str) else level}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What two registrations say differently, by member; a member that an older one lacks has its default."""
    old, new = {**_DEFAULTS, **before}, {**_DEFAULTS, **after}
    return {name: (old.get(name), new.get(name)) for name in manifest.KEYS if old.get(name) != new.get(name)}


def _default(field: Field[Any]) -> Any:
    value = field.default if field.default_factory is MISSING else field.default_factory()
    return list(value) if isinstance(value, tuple) else value


_DEFAULTS = {
    field.name: _default(field)
    for field in fields(Client)
    if field.name in manifest.KEYS and not field.default is field.default_factory is MISSING
}
