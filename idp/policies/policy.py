"""A policy as it is kept: one document of one kind at one division, and its versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

KindName = Literal["items", "rules", "branding", "notices"]
KINDS: tuple[KindName, ...] = get_args(KindName)

LONGEST_WHY = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a policy; the current one has the highest number. Lists leave its document out."""

    kind: KindName
    division: str
    number: int
    document: Mapping[str, Any]
    digest: str
    changes: int
    """How many differences there are to the version before."""
    changed_by: str
    changed_at: int
    why: str
    undoes: int | None
    """The version that was undone by this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A document to come; ``base`` is the version it was made from, 0 when there was none."""

    id: str
    kind: KindName
    division: str
    base: int
    document: Mapping[str, Any]
    created_by: str
    created_at: int
