"""Where I am logged in, and how to end it."""

from flask import Response

import clients
from idp import logout, pages, sessions
from idp.account import device
from idp.account.views.frame import blueprint, done, show
from idp.base.errors import Rejected
from idp.pages.language import chinese
from idp.pages.visitor import current
from idp.sessions import Session

_HERE = "/account/sessions"


@blueprint.get("/sessions")
def list_sessions() -> Response:
    """All my sessions, this one first."""
    own = current()
    others = [session for session in sessions.of_person(own.person_id) if session.id != own.id]
    rows = [(session, _where(session), _portals(session)) for session in (own, *others)]
    return show("sessions", "sessions", rows=rows, own=own.id)


@blueprint.post("/sessions/<session_id>/end")
def end_session(session_id: str) -> Response:
    """End another session of mine; the portals entered in it are told."""
    own = current()
    mine = {session.id: session for session in sessions.of_person(own.person_id) if session.id != own.id}
    if session_id not in mine:
        raise Rejected("session.unknown", why="not another session of this person", status=404)
    logout.end(mine[session_id], reason="ended on the account pages", kind="session.kill")
    return done(pages._("该设备已下线。"), _HERE)


@blueprint.post("/sessions/end-others")
def end_other_sessions() -> Response:
    """End all my sessions but this one."""
    own = current()
    logout.end_all(own.person_id, reason="ended on the account pages", keep=own.id)
    return done(pages._("其他设备已全部下线。"), _HERE)


def _where(session: Session) -> str:
    """The device in the person's hands, or the kiosk or portal that was let in from there."""
    portal = clients.find(session.portal)
    if portal is None:
        return str(device.of(session.agent))
    name, place = (portal.name, portal.place) if chinese() else (portal.name_en, portal.place_en)
    return f"{name} · {place}" if place else name


def _portals(session: Session) -> list[clients.Client]:
    return [client for client_id in session.participants if (client := clients.find(client_id))]
