"""The first page: who I am here and how the account stands."""

from flask import Response

from idp import approvals, authenticators, consent, pages, sessions
from idp.account.views.frame import blueprint, show
from idp.pages.visitor import current, me

#: Names of the real-name levels 0 to 4.
LEVELS = (
    pages.mark("未实名"),
    pages.mark("初级实名"),
    pages.mark("中级实名"),
    pages.mark("高级实名（实人认证）"),
    pages.mark("现场核验"),
)


@blueprint.get("/")
def overview() -> Response:
    """Masked data of one's own, and where each can be changed."""
    person = me()
    return show(
        "overview",
        "overview",
        person=person,
        level=pages._(LEVELS[person.ial]),
        second_factor=authenticators.totp.enrolled(person.id),
        consents=len(consent.of_person(person.id)),
        devices=len(sessions.of_person(person.id)),
        requests=len(approvals.of_person(person.id)),
        session=current(),
    )
