"""What was done with my account and my data, page by page."""

from urllib.parse import urlencode

from flask import Response, request

import clients
from idp import pages
from idp.account import activity as record
from idp.account.views.frame import blueprint, show
from idp.audit import is_cursor
from idp.pages.language import chinese
from idp.pages.visitor import current


@blueprint.get("/activity")
def activity() -> Response:
    """The newest lines, or those before a cursor; of one view when one is chosen."""
    view = request.args.get("show", "")
    view = view if view in record.VIEWS else ""
    before = request.args.get("before", "")
    before = before if is_cursor(before) else ""
    found, older = record.lines(current().person_id, view, before)
    return show(
        "activity",
        "activity",
        lines=[(line, pages._(line.words), _portal(line.client)) for line in found],
        views=[(_address(name, ""), pages._(words[0]), name == view) for name, words in record.VIEWS.items()],
        newest=_address(view, "") if before else "",
        older=_address(view, older) if older else "",
    )


def _address(view: str, before: str) -> str:
    asked = {name: value for name, value in (("show", view), ("before", before)) if value}
    return f"/account/activity?{urlencode(asked)}" if asked else "/account/activity"


def _portal(client_id: str) -> str:
    """The portal's name, also of one that is gone."""
    client = clients.find(client_id) or clients.former(client_id) if client_id else None
    if client is None:
        return client_id
    return client.name if chinese() else client.name_en
