"""Who asks me to confirm that it is me: portals that know me and wait for my word."""

from flask import Response

import clients
from idp import approvals
from idp.account.views.frame import blueprint, show
from idp.approvals import Approval
from idp.pages.language import chinese
from idp.pages.visitor import current


@blueprint.get("/requests")
def list_requests() -> Response:
    """Requests that wait for my decision; each leads to a page of its own."""
    rows = [row for approval in approvals.of_person(current().person_id) if (row := _row(approval))]
    return show("requests", "requests", rows=rows)


def _row(approval: Approval) -> tuple[Approval, str, str, str] | None:
    client = clients.find(approval.client_id)
    if client is None or not client.enabled:
        return None
    if chinese():
        return approval, client.name, client.organization, client.place
    return approval, client.name_en, client.organization_en, client.place_en
