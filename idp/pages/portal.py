"""What pages on the way to a portal show of where it stands: branding, and what visitors are told."""

from typing import Any

from clients import Client
from idp import announcements, policies
from idp.base import clock
from idp.pages import language


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
