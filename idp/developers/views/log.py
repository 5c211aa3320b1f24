"""The live log of a program's requests."""

from flask import Response, request

from idp.base import clock
from idp.developers import requests
from idp.developers.needs import needs
from idp.developers.views.clients import found
from idp.developers.views.frame import blueprint, show

#: Seconds between two looks of a page that was asked to look by itself.
EVERY = 5


@blueprint.get("/teams/<team_id>/clients/<client_id>/log")
@needs("viewer")
def client_log(team_id: str, client_id: str) -> Response:
    """The newest requests first; ``live`` looks again by itself, for who asks for that (WCAG 2.2 §2.2.2)."""
    live = request.args.get("live") == "1"
    client = found(client_id)
    response = show("log", client=client, rows=requests.lately(client, clock.now()), live=live, every=EVERY)
    if live:
        response.headers["Refresh"] = str(EVERY)
    return response
