"""What the pages share: one approval under way is a login attempt of this browser that leads back here."""

from flask import Blueprint, Response

import clients
from clients import Client
from idp import login, pages
from idp.approvals.approval import Approval
from idp.base.errors import Rejected
from idp.pages import see_other

blueprint = Blueprint("approvals", __name__)

#: The name under which an attempt remembers which request it is for.
REQUEST = "approval"


def begin(approval: Approval, person_id: str | None) -> Response:
    """Go on to the decision; whoever is not logged in as the request demands logs in on the way."""
    attempt = login.attempts.start(
        browser=pages.browser(),
        return_to="/approve/{attempt}",
        requirement=approval.requirement(portal(approval), person_id),
        client_id=approval.client_id,
        params={REQUEST: approval.id},
    )
    return see_other(f"/approve/{attempt}")


def portal(approval: Approval) -> Client:
    """Who asks; raises ``APP-002`` when it was taken out of service meanwhile."""
    client = clients.find(approval.client_id)
    if client is None or not client.enabled:
        raise Rejected("APP-002", why="client disabled", status=403)
    return client


def over() -> Response:
    """The request was decided elsewhere, or its time has ended."""
    return pages.refuse("approval.over", 410)
