"""Who calls: a client with a token of its own, its powers the token's scopes, its reach where it stands.

RFC 6750, RFC 9449 and RFC 8705 as at every protected resource of ours; a citizen's token, an ID token or a
portal's token opens nothing (attack book L19).
"""

from dataclasses import dataclass

from flask import current_app, g, request

import clients
from idp import settings
from idp.admin import denials
from idp.admin.needs import need_of
from idp.base import trace
from idp.base.errors import Rejected
from idp.divisions import NATION, Reach
from idp.oidc import bearer
from idp.oidc.request import Request
from idp.staff.member import lies_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A client that administers."""

    id: str
    reach: Reach
    permissions: frozenset[str]


def admit() -> None:
    """Let a request in; raises ``Rejected``, with its challenge where a token is missing or wrong."""
    known = trace.current()
    if not lies_in(known.address, settings.current().staff_networks):
        raise Rejected("not_found", why="network", status=404)
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return
    need = need_of(view)
    if need is None:
        raise Rejected("not_found", why="the operation names no permission", status=404)
    http = Request(request.environ, request_id=known.id, address=known.address)
    token = bearer.read(http, scope=need.permission)
    client = clients.find(token.client_id)
    if client is None or token.handle.person is not None:
        raise Rejected("invalid_token", "not a token of a system", why="a person's token", status=403)
    # What was taken from the client is taken from tokens of before, too.
    held = frozenset(token.scopes).intersection(client.scopes)
    if need.permission and need.permission not in held:
        raise Rejected("permission", "The client holds this scope no more", why=need.permission, status=403)
    g.caller = Caller(
        id=f"client:{client.client_id}",
        reach=Reach(division=client.division, department=client.department),
        permissions=held,
    )


def caller() -> Caller:
    """Who calls."""
    found: Caller = g.caller
    return found


def reached(client_id: str) -> clients.Client:
    """The portal of an id; one out of reach is not there."""
    found = clients.find(client_id)
    if found is None or not caller().reach.covers(found.division, found.department):
        raise Rejected("not_found", "There is no such portal", why="client out of reach", status=404)
    return found


def demand_all() -> None:
    """Raise ``Rejected`` unless the caller administers the whole platform."""
    reach = caller().reach
    if reach.division != NATION or reach.department:
        raise Rejected("not_found", why="the whole platform is out of reach", status=404)


def denied(refused: Rejected) -> None:
    """Record what somebody was not let do, or not let see."""
    denials.record(refused, g.caller.id if g.get("caller") else None)
