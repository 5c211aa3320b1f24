"""The register of kinds: one file each."""

from typing import Any

from idp.base.errors import Rejected
from idp.policies.kinds.branding import BRANDING
from idp.policies.kinds.items import ITEMS
from idp.policies.kinds.kind import Kind
from idp.policies.kinds.notices import NOTICES
from idp.policies.kinds.rules import RULES
from idp.policies.policy import KindName

__all__ = ["REGISTER", "Kind", "find"]

REGISTER: dict[KindName, Kind[Any]] = {kind.name: kind for kind in (ITEMS, RULES, BRANDING, NOTICES)}


def find(name: str) -> Kind[Any]:
    """The kind of that name; raises ``Rejected`` (404)."""
    for known, kind in REGISTER.items():
        if known == name:
            return kind
    raise Rejected("not_found", why="no such kind of policy", status=404)
