"""Policies for tests: documents, and their way into force."""

from typing import Any

from idp.divisions import NATION, Reach
from idp.policies import KindName, queries, service

EVERYWHERE = Reach(division=NATION)
OPERATOR = "officer"


def item(**members: Any) -> dict[str, Any]:
    """The members of an item that asks for little."""
    plain = {
        "name": "示范事项",
        "name_en": "Demo item",
        "user_types": ["natural", "legal"],
        "level": 1,
        "scopes": ["*"],
        "mandate_kinds": ["legal_representative"],
    }
    return {**plain, **members}


def catalogue(**items: dict[str, Any]) -> dict[str, Any]:
    """A catalogue; underscores in names stand for hyphens."""
    return {"items": {code.replace("_", "-"): members for code, members in items.items()}}


def rules(**members: Any) -> dict[str, Any]:
    """Rules that say nothing, but for these."""
    return {"min_level": 1, "max_age": None, "legal_level": 1, "offline_access": True, **members}


def branding(**members: str) -> dict[str, Any]:
    """A branding that says nothing, but for this."""
    names = ("name", "name_en", "hotline", "hours", "hours_en", "accent", "icp", "police")
    return {**dict.fromkeys(names, ""), **members}


def publish(kind: KindName, document: Any, division: str = NATION, why: str = "试验") -> int:
    """Put a document in force."""
    before = queries.current(kind, division)
    base = before.number if before else 0
    draft = service.draft(kind, division, document, base=base, operator=OPERATOR, reach=EVERYWHERE)
    return service.publish(draft, why=why, expected=base, operator=OPERATOR, reach=EVERYWHERE)


def stock(*codes: str) -> None:
    """Items that ask for little in the catalogue of the nation; without codes, the two that tests use."""
    names = codes or ("DEMO-ITEM-0001", "DEMO-ITEM-0002")
    publish("items", {"items": {code: item() for code in names}})
