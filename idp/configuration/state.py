"""What is in force, as a file says it: the sections within a reach, and the digest of them all."""

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from clients import queries as registry
from idp import audit, divisions, notation, policies
from idp.base.errors import Rejected
from idp.base.secret import b64url
from idp.configuration.configuration import FORMAT, Entry
from idp.configuration.sections import SECTIONS
from idp.divisions import Reach
from idp.divisions.division import checked

_HEAD = (
    "# 统一身份认证平台配置。不含用户、管理员、密钥和客户端密钥。\n"
    "# Configuration of the unified identity platform, without persons, staff, keys and secrets.\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The configuration within a reach at one moment; ``versions`` are those of the registries read."""

    reach: Reach
    sections: dict[str, list[Entry]]
    versions: tuple[int, int]

    @property
    def within(self) -> str:
        """The division or department that it is of."""
        return self.reach.department or self.reach.division

    @property
    def document(self) -> dict[str, Any]:
        """The whole file."""
        return {"configuration": FORMAT, "within": self.within, **self.sections}

    @property
    def digest(self) -> str:
        """The state's name: another one when anything is otherwise."""
        return digest_of(self.document)

    def text(self, *, json: bool = False) -> str:
        """The file."""
        return notation.to_json(self.document) if json else _HEAD + notation.to_yaml(self.document)


def digest_of(document: dict[str, Any]) -> str:
    """A digest of what a document says, however it is written down."""
    return b64url(hashlib.sha256(orjson.dumps(document)).digest())


def read(reach: Reach) -> State:
    """What is in force within a reach."""
    versions = (registry.version(), registry.version(policies.queries.REGISTRY))
    sections: dict[str, list[Entry]] = {}
    for section in SECTIONS:
        if section.applies(reach):
            sections[section.name] = section.read(reach, sections)
    return State(reach=reach, sections=sections, versions=versions)


def export(reach: Reach, *, operator: str) -> State:
    """What is in force within a reach, for somebody who takes it away; it is on record that he does."""
    found = read(reach)
    audit.record(
        "configuration.export",
        count=sum(map(len, found.sections.values())),
        fingerprint=found.digest,
        division=reach.division,
        department=reach.department or None,
        operator=operator,
    )
    return found


def place(text: str, reach: Reach) -> Reach:
    """The part of a reach that a division's code or a department's id names; raises ``Rejected``."""
    found = divisions.place(text[:36]) if text else reach
    if not found.department:
        try:
            checked(found.division)
        except Rejected:
            raise _absent() from None
    inside = reach.covers(found.division, found.department)
    if not inside or (reach.department and not found.department):
        raise _absent()
    return found


def _absent() -> Rejected:
    return Rejected("not_found", "There is no such place", why="place out of reach", status=404)
