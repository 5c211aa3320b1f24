"""Sandbox clients of a team: made, looked at, changed and deleted."""

from collections.abc import Iterable
from dataclasses import replace

from flask import Response, request

import clients
from clients import Client, jwks
from clients.teams import client_ids, sandbox
from clients.teams.sandbox import SCOPES, Choices, Proof
from clients.teams.service import sandboxes
from clients.teams.service.sandboxes import Made, Unfit
from idp.base.errors import Rejected
from idp.developers import kits
from idp.developers.needs import needs
from idp.developers.views.configuration import configuration
from idp.developers.views.faults import told
from idp.developers.views.frame import blueprint, done, sentence, show
from idp.pages import _
from idp.pages.visitor import me

_PROOFS: tuple[Proof, ...] = ("secret", "key", "public")
_MOST_LINES = 20


@blueprint.get("/teams/<team_id>")
@needs("viewer")
def client_list(team_id: str) -> Response:
    """The clients of the team, the newest first, and the ways to a new one."""
    found = filter(None, map(clients.find, client_ids(team_id)))
    return show("clients", rows=list(found), kits=kits.KITS)


@blueprint.get("/teams/<team_id>/clients/new")
@needs("developer")
def client_new(team_id: str) -> Response:
    """The form of a new client, filled in for a framework."""
    kit = kits.BY_NAME.get(request.args.get("kit", ""), kits.KITS[0])
    chosen = Choices(name="", redirect_uris=(kit.callback,), proof=kit.proof)
    return _form("client_new", chosen, kit, {})


@blueprint.post("/teams/<team_id>/clients")
@needs("developer")
def client_create(team_id: str) -> Response:
    """Register it, and show its secret this once, in the files to copy."""
    kit, chosen = kits.BY_NAME.get(request.form.get("kit", ""), kits.KITS[0]), _chosen()
    try:
        made = sandboxes.create(team_id, chosen, person=me().id)
    except Unfit as unfit:
        return _form("client_new", chosen, kit, told(unfit.faults))
    except Rejected as refused:
        return _form("client_new", chosen, kit, {"name": sentence(refused)})
    return configuration(made.client, kit, made.secret)


@blueprint.get("/teams/<team_id>/clients/<client_id>")
@needs("viewer")
def client_one(team_id: str, client_id: str) -> Response:
    """What is registered, and where it is used."""
    client = found(client_id)
    return show("client", client=client, chosen=sandbox.choices(client), kits=kits.KITS)


@blueprint.get("/teams/<team_id>/clients/<client_id>/configuration")
@needs("viewer")
def client_configuration(team_id: str, client_id: str) -> Response:
    """The files to copy, without the secret: nobody can be shown that again."""
    kit = kits.BY_NAME.get(request.args.get("kit", ""), kits.KITS[0])
    return configuration(found(client_id), kit, None)


@blueprint.get("/teams/<team_id>/clients/<client_id>/edit")
@needs("developer", fresh=True)
def client_edit(team_id: str, client_id: str) -> Response:
    """The form with what is registered."""
    client = found(client_id)
    return _form("client_edit", sandbox.choices(client), None, {}, client)


@blueprint.post("/teams/<team_id>/clients/<client_id>/edit")
@needs("developer", fresh=True)
def client_change(team_id: str, client_id: str) -> Response:
    """Replace what is registered; a secret that comes by it is shown this once."""
    client, chosen = found(client_id), _chosen()
    try:
        made: Made = sandboxes.change(team_id, client_id, chosen, person=me().id)
    except Unfit as unfit:
        return _form("client_edit", chosen, None, told(unfit.faults), client)
    except Rejected as refused:
        return _form("client_edit", chosen, None, {"name": sentence(refused)}, client)
    if made.secret:
        return configuration(made.client, kits.KITS[0], made.secret)
    return done(_("已保存，一秒内生效。"), f"/developers/teams/{team_id}/clients/{client_id}")


@blueprint.get("/teams/<team_id>/clients/<client_id>/delete")
@needs("developer", fresh=True)
def client_farewell(team_id: str, client_id: str) -> Response:
    """What deleting means, before it happens."""
    return show("client_delete", client=found(client_id))


@blueprint.post("/teams/<team_id>/clients/<client_id>/delete")
@needs("developer", fresh=True)
def client_delete(team_id: str, client_id: str) -> Response:
    """Delete it with every token it has."""
    sandboxes.delete(team_id, client_id, person=me().id)
    return done(_("沙箱应用已删除，相关令牌全部失效。"), f"/developers/teams/{team_id}")


def found(client_id: str) -> Client:
    """The client as this process knows it; the guard has seen that it is the team's."""
    client = clients.find(client_id)
    if client is None:
        raise Rejected("not_found", why="not readable, or not yet known here", status=404)
    return client


def _form(
    template: str, chosen: Choices, kit: kits.Kit | None, errors: dict[str, str], client: Client | None = None
) -> Response:
    return show(
        template,
        status=400 if errors else 200,
        chosen=replace(chosen, jwks=jwks.shown_again(chosen.jwks)),
        kit=kit,
        client=client,
        scopes=SCOPES,
        errors=errors,
    )


def _chosen() -> Choices:
    """What the form says; of its members only those that are a team's to choose (attack book L02)."""
    form = request.form
    proof: Proof = next((one for one in _PROOFS if one == form.get("proof")), _PROOFS[0])
    level = form.get("min_level", "1")
    return Choices(
        name=form.get("name", "").strip(),
        redirect_uris=_lines("redirect_uris"),
        post_logout_redirect_uris=_lines("post_logout_redirect_uris"),
        backchannel_logout_uri=form.get("backchannel_logout_uri", "").strip(),
        scopes=_scopes(form.getlist("scope")),
        min_level=int(level) if level in ("1", "2", "3") else 1,
        proof=proof,
        jwks_uri=form.get("jwks_uri", "").strip() if proof == "key" else "",
        jwks=form.get("jwks", "") if proof == "key" else "",
    )


def _scopes(asked: Iterable[str]) -> tuple[str, ...]:
    """``openid`` and what was ticked, each once; what is no scope is left for the rules to name."""
    return tuple(dict.fromkeys(("openid", *asked)))


def _lines(name: str) -> tuple[str, ...]:
    return tuple(request.form.get(name, "").split())[: _MOST_LINES + 1]
