"""What happened to my account lately."""

from flask import Response

import clients
from idp import pages
from idp.account import history as record
from idp.account.views.frame import blueprint, show
from idp.pages.language import chinese
from idp.pages.visitor import current


@blueprint.get("/history")
def history() -> Response:
    """The newest events, with the portal they were for."""
    lines = [
        (line, pages._(record.SHOWN[line.kind]), _portal(line.client))
        for line in record.recent(current().person_id)
    ]
    return show("history", "history", lines=lines)


def _portal(client_id: str) -> str:
    client = clients.find(client_id) if client_id else None
    if client is None:
        return ""
    return client.name if chinese() else client.name_en
