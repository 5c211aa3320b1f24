"""The first page: who I am here and how the account stands."""

from flask import Response

from idp import approvals, authenticators, consent, sessions
from idp.account.views.frame import blueprint, show
from idp.pages import values
from idp.pages.visitor import current, me


@blueprint.get("/")
def overview() -> Response:
    """Masked data of one's own, and where each can be changed."""
    person = me()
    return show(
        "overview",
        "overview",
        person=person,
        level=values.real_name_level(person.ial),
        second_factor=authenticators.totp.enrolled(person.id),
        consents=len(consent.of_person(person.id)),
        devices=len(sessions.of_person(person.id)),
        requests=len(approvals.of_person(person.id)),
        session=current(),
    )
