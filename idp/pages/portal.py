"""What pages on the way to a portal show of where it stands: branding, and what visitors are told."""

from typing import Any, NamedTuple

from clients import Client, scopes
from idp import announcements, policies
from idp.base import clock
from idp.pages import language


class Listed(NamedTuple):
    """What the catalogue says of an item that a portal names."""

    code: str
    name: str
    """Empty where the catalogue of the portal's division does not know the code."""
    level: int
    refused: list[str]
    """What of restricted data the portal is to have, and the item lets nobody ask for."""


def of_portal(client: Client | None) -> dict[str, Any]:
    """``brand`` and ``announcements`` of a portal's pages; without a portal there are none."""
    if client is None:
        return {"brand": None, "announcements": ()}
    here = policies.at_hand(client.division)
    told = (*announcements.current(client.client_id), *here.told(clock.now()))
    return {"brand": here.branding, "announcements": told}


def item(client: Client | None, code: str) -> str:
    """The name of the service item that is applied for at a portal, in the reader's language."""
    found = policies.at_hand(client.division).item(code) if client and code else None
    if found is None:
        return ""
    return found.name if language.chinese() else found.name_en


def items(client: Client | None) -> list[Listed]:
    """The items a portal names, beside the catalogue of its division."""
    if client is None:
        return []
    here, asked = policies.at_hand(client.division), scopes.restricted(client.scopes)
    found = []
    for code in client.item_codes:
        known = here.item(code)
        refused = [name for name in asked if known and not known.allows(name)]
        level = known.level if known else 0
        found.append(Listed(code=code, name=item(client, code), level=level, refused=refused))
    return found
