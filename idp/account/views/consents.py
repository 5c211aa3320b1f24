"""What I agreed to, receipts of it, and how to withdraw it."""

from flask import Response

import clients
from clients import scopes
from idp import consent, pages
from idp.account.views.frame import blueprint, done, show
from idp.base.errors import Rejected
from idp.consent import Consent, queries, service
from idp.pages.language import chinese
from idp.pages.visitor import current

_HERE = "/account/consents"


@blueprint.get("/consents")
def list_consents() -> Response:
    """All consents in force."""
    rows = [(kept, _portal(kept), _data(kept)) for kept in consent.of_person(current().person_id)]
    return show("consents", "consents", rows=rows)


@blueprint.get("/consents/<consent_id>/withdraw")
def confirm_withdrawal(consent_id: str) -> Response:
    """What withdrawing means, before it happens."""
    kept = _mine(consent_id)
    return show("withdraw", "consents", kept=kept, portal=_portal(kept), data=_data(kept))


@blueprint.post("/consents/<consent_id>/withdraw")
def withdraw(consent_id: str) -> Response:
    """Withdraw a consent; the portal can get nothing new from now on."""
    kept = _mine(consent_id)
    service.withdraw(kept.person_id, kept.client_id)
    return done(pages._("已撤回授权，对方将不能再获取新的信息。"), _HERE)


@blueprint.get("/consents/<consent_id>/receipt")
def receipt(consent_id: str) -> Response:
    """A signed receipt to keep."""
    response = Response(service.receipt(_mine(consent_id)), mimetype="application/jwt")
    response.headers["Content-Disposition"] = f'attachment; filename="consent-{consent_id}.jwt"'
    return response


def _mine(consent_id: str) -> Consent:
    kept = queries.find(current().person_id, consent_id)
    if kept is None or kept.withdrawn_at is not None:
        raise Rejected("consent.unknown", why="not a consent of this person in force", status=404)
    return kept


def _portal(kept: Consent) -> str:
    """The portal's name, also of one that is gone: what was agreed to stays on record."""
    client = clients.find(kept.client_id)
    if client is None:
        former = clients.former(kept.client_id)
        return pages._("%(client)s（已停止服务）", client=_name(former) if former else kept.client_id)
    return _name(client)


def _name(client: clients.Client) -> str:
    return client.name if chinese() else client.name_en


def _data(kept: Consent) -> list[str]:
    known = (found for name in kept.scopes if (found := scopes.find(name)))
    return [scope.label if chinese() else scope.label_en for scope in known]
