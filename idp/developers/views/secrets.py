"""A new secret, with time for the old one to leave every server."""

from flask import Response, request

from clients.teams.service import sandboxes
from idp.base.errors import Rejected
from idp.developers import kits
from idp.developers.needs import needs
from idp.developers.views.clients import found
from idp.developers.views.configuration import configuration
from idp.developers.views.frame import blueprint, sentence, show
from idp.pages import mark
from idp.pages.visitor import me

#: Seconds the old secret stays good.
OVERLAPS = (
    (86400, mark("旧密钥1天后失效")),
    (7 * 86400, mark("旧密钥7天后失效")),
    (0, mark("旧密钥立即失效（已泄露时选择）")),
)


@blueprint.get("/teams/<team_id>/clients/<client_id>/secret")
@needs("developer", fresh=True)
def secret(team_id: str, client_id: str) -> Response:
    """How long the old secret is to last."""
    return _form(client_id, {})


@blueprint.post("/teams/<team_id>/clients/<client_id>/secret")
@needs("developer", fresh=True)
def secret_rotate(team_id: str, client_id: str) -> Response:
    """Make a new secret and show it this once."""
    asked = request.form.get("overlap", "")
    overlap = next((seconds for seconds, _ in OVERLAPS if str(seconds) == asked), OVERLAPS[0][0])
    try:
        made = sandboxes.rotate_secret(team_id, client_id, overlap=overlap, person=me().id)
    except Rejected as refused:
        return _form(client_id, {"": sentence(refused)})
    return configuration(found(client_id), kits.KITS[0], made)


def _form(client_id: str, errors: dict[str, str]) -> Response:
    return show(
        "secret", status=400 if errors else 200, client=found(client_id), overlaps=OVERLAPS, errors=errors
    )
