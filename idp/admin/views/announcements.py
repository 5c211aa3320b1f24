"""What the visitors of one portal are told on its login and consent pages."""

from flask import Response, request

from idp import announcements
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.clients import reached
from idp.admin.views.frame import blueprint, done, sentence, show
from idp.announcements import service
from idp.announcements.announcement import moment_of
from idp.base.errors import Rejected
from idp.pages import _

_FIELDS = {"announcement.time": "starts", "announcement.order": "ends", "announcement.long": "ends"}


@blueprint.get("/clients/<client_id>/announcements")
@needs("admin:announcements:write")
def announcement_list(client_id: str) -> Response:
    """What is shown now or will be, and the form of another."""
    return _page(client_id, {})


@blueprint.post("/clients/<client_id>/announcements")
@needs("admin:announcements:write", fresh=True)
def announcement_add(client_id: str) -> Response:
    """Announce something."""
    client, form = reached(client_id), request.form
    try:
        service.announce(
            client.client_id,
            text=form.get("text", ""),
            text_en=form.get("text_en", ""),
            starts_at=moment_of(form.get("starts", "")),
            ends_at=moment_of(form.get("ends", "")),
            operator=member().id,
        )
    except Rejected as refused:
        return _page(client_id, {_FIELDS.get(refused.code, "text"): sentence(refused)})
    return done(
        _("公告已发布，到时显示在此应用的登录页和授权页。"), f"/admin/clients/{client_id}/announcements"
    )


@blueprint.post("/clients/<client_id>/announcements/<announcement_id>/withdraw")
@needs("admin:announcements:write", fresh=True)
def announcement_withdraw(client_id: str, announcement_id: str) -> Response:
    """Take one back."""
    service.withdraw(reached(client_id).client_id, announcement_id, operator=member().id)
    return done(_("公告已撤下。"), f"/admin/clients/{client_id}/announcements")


def _page(client_id: str, errors: dict[str, str]) -> Response:
    client = reached(client_id)
    return show(
        "announcements",
        "clients",
        400 if errors else 200,
        client=client,
        rows=announcements.of_client(client.client_id),
        errors=errors,
        typed=request.form,
    )
