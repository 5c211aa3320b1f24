"""Where I can go from here: the services, found by name."""

from urllib.parse import urlencode

from flask import Response, request

import clients
from clients import Client
from idp.account import launch
from idp.account.views.frame import blueprint, show
from idp.pages.visitor import current

_PAGE = 30
_LONGEST = 60


@blueprint.get("/services")
def list_services() -> Response:
    """The services that are listed, or those whose name or body holds what was typed; a page at a time."""
    typed = request.args.get("q", "").strip()[:_LONGEST]
    found = [client for client in clients.listed() if _named(client, typed.casefold())]
    pages = max(1, -(-len(found) // _PAGE))
    page = min(max(1, _number(request.args.get("page", ""))), pages)
    rows = [(client, launch.address(client)) for client in found[(page - 1) * _PAGE : page * _PAGE]]
    return show(
        "services",
        "services",
        rows=rows,
        typed=typed,
        count=len(found),
        page_number=page,
        earlier=_address(typed, page - 1) if page > 1 else "",
        later=_address(typed, page + 1) if page < pages else "",
        entered=set(current().participants),
    )


def _named(client: Client, typed: str) -> bool:
    words = (client.name, client.name_en, client.organization, client.organization_en)
    return not typed or any(typed in word.casefold() for word in words)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _address(typed: str, page: int) -> str:
    asked = {"page": str(page)} | ({"q": typed} if typed else {})
    return f"/account/services?{urlencode(asked)}"
