"""The self-check: what the program has shown that it can do, and probes to show the rest."""

from flask import Response

from clients import selfcheck
from idp.developers import probes
from idp.developers.needs import needs
from idp.developers.views.clients import found
from idp.developers.views.frame import blueprint, done, show
from idp.pages import _
from idp.pages.visitor import me


@blueprint.get("/teams/<team_id>/clients/<client_id>/checks")
@needs("viewer")
def client_checks(team_id: str, client_id: str) -> Response:
    """The checklist as it stands."""
    client = found(client_id)
    lines = selfcheck.report(client)
    return show("checks", client=client, lines=lines, ready=selfcheck.ready(client))


@blueprint.post("/teams/<team_id>/clients/<client_id>/checks")
@needs("developer")
def client_probe(team_id: str, client_id: str) -> Response:
    """Call what is registered, and look again."""
    here = f"/developers/teams/{team_id}/clients/{client_id}/checks"
    if not probes.run(found(client_id), me().id):
        return done(_("刚刚检查过，请%(s)s秒后再试。", s=probes.PAUSE), here)
    return done(_("已检查登记的地址。结果约1秒后可见，请刷新。"), here)
