"""The pages of logging out: confirm, and see which portals have answered."""

import re
from urllib.parse import urlencode

from flask import Blueprint, Response
from markupsafe import Markup

import clients
from idp import keyring, logout, pages, sessions
from idp.logout import LogoutRequest, frontchannel, queries
from idp.sessions import Session

_GO_ON = (
    'const on = () => location.replace(document.getElementById("continue").href);'
    'addEventListener("load", on); setTimeout(on, 5000);'
)
_ID = re.compile(r"[A-Za-z0-9_-]{22}")

blueprint = Blueprint("logout", __name__, url_prefix="/logout")


@blueprint.get("/<token>")
def show(token: str) -> Response:
    """Ask before logging out; who is proven by the portal's hint need not be asked again."""
    request = logout.peek(token, pages.browser())
    session = pages.session()
    if request is None:
        return pages.refuse("logout.expired", 400)
    if session is None:
        return _gone(request, None)
    if _proven(request, session):
        return _end(request, session)
    _allow(request)
    names = [client for name in session.participants if (client := clients.find(name))]
    asked_by = clients.find(request.client_id) if request.client_id else None
    return pages.render("logout/confirm.html", portals=names, token=token, **pages.of_portal(asked_by))


@blueprint.post("/<token>")
def confirm(token: str) -> Response:
    """Log out everywhere."""
    request = logout.peek(token, pages.browser())
    session = pages.session()
    if request is None:
        return pages.refuse("logout.expired", 400)
    return _end(request, session) if session else _gone(request, None)


@blueprint.get("/done/<session_id>")
def done(session_id: str) -> Response:
    """The end: which portals have confirmed; the id names a session that is no more."""
    rows = queries.of_session(session_id) if _ID.fullmatch(session_id) else []
    portals = [(client, row.status) for row in rows if (client := clients.find(row.client_id))]
    waiting = any(status == "waiting" for _, status in portals)
    return pages.render("logout/done.html", portals=portals, waiting=waiting)


def _end(request: LogoutRequest, session: Session) -> Response:
    framed = frontchannel.addresses(session.id, logout.end(session, reason="logout"))
    response = _leaving(framed, _onward(request, session.id)) if framed else _gone(request, session.id)
    pages.clear_session(response)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _leaving(framed: tuple[str, ...], onward: str) -> Response:
    """A page that tells portals in frames, and goes on when they have loaded or five seconds passed."""
    pages.allow_frames_of(*framed)
    pages.allow_script(_GO_ON)
    return pages.render("logout/leaving.html", addresses=framed, onward=onward, script=Markup(_GO_ON))  # noqa: S704


def _gone(request: LogoutRequest, session_id: str | None) -> Response:
    return Response(status=303, headers={"Location": _onward(request, session_id)})


def _onward(request: LogoutRequest, session_id: str | None) -> str:
    """Back to the portal that asked, if its address was proven; else our own last page."""
    if request.redirect_uri is None:
        return f"/logout/done/{session_id or '-'}"
    uri = request.redirect_uri
    if request.state is not None:
        uri += ("&" if "?" in uri else "?") + urlencode({"state": request.state})
    return uri


def _proven(request: LogoutRequest, session: Session) -> bool:
    """Whether the hint is of this person in this very session; an older token may have been stolen since."""
    client = clients.find(request.client_id) if request.client_id else None
    if client is None:
        return False
    subject = keyring.pairwise(client.sector, session.person_id)
    return (subject, sessions.sid_for(session.id, client.client_id)) == (request.subject, request.sid)


def _allow(request: LogoutRequest) -> None:
    if request.redirect_uri is not None:
        pages.allow_forms_to(request.redirect_uri)
