"""The development inbox: messages that would have left this machine, and the one-time codes of the cast."""

from datetime import UTC, datetime, timedelta, timezone

from flask import Blueprint, Response

from idp import pages
from idp.base import trace
from idp.demo import authenticators
from idp.notify.gateways import inbox

blueprint = Blueprint("inbox", __name__)

PATH = "/dev/inbox"
_LOOPBACK = ("127.0.0.1", "::1")
_SHANGHAI = timezone(timedelta(hours=8))


@blueprint.get(PATH)
def show() -> Response:
    """The inbox, for whoever sits at this machine; ``create_app`` registers it in development only."""
    if trace.current().address not in _LOOPBACK:
        return pages.refuse("http.404", 404)
    messages = [message | {"time": _time(int(message["at"]))} for message in inbox.messages()]
    return pages.render("demo/inbox.html", messages=messages, codes=authenticators.codes())


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).astimezone(_SHANGHAI).strftime("%H:%M:%S")
