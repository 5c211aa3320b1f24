"""In whose name: oneself, or an organization one represents (请选择办理身份)."""

from collections.abc import Mapping
from dataclasses import replace

from idp import audit, organizations
from idp.base.errors import Rejected
from idp.login import progress
from idp.login.attempt import Attempt
from idp.login.step import Move, Page, Visitor
from idp.organizations import Organization
from idp.sessions import Session

NAME = "choice"

ONESELF = "self"


def done(attempt: Attempt, session: Session | None) -> bool:
    """Nothing to choose, or chosen."""
    if session is None or progress.half_done(attempt):
        return True
    return not attempt.company and progress.missing(attempt, session) != "choose"


def show(attempt: Attempt, session: Session | None) -> Page:
    """The names to choose from; a company asked for that the person may not act for is refused.

    One refusal for a company that does not exist and for one somebody else represents; only its own
    representative learns that a company is no longer in being.
    """
    natural = "natural" in attempt.requirement.subject_types
    allowed = _allowed(attempt, session)
    if attempt.company:
        company = _own(attempt, session)
        if "legal" not in attempt.requirement.subject_types:
            return _refusal("login.no_companies", natural)
        if company is None:
            return _refusal("ORG-002", natural)
        if not company.active:
            return _refusal("ID-007", natural)
        allowed = (company,)
    elif not allowed and not natural:
        return _refusal("ORG-001", natural)
    return Page(template="login/choice.html", values={"natural": natural, "organizations": allowed})


def post(attempt: Attempt, session: Session | None, form: Mapping[str, str], visitor: Visitor) -> Move:
    """Take the choice, if it is one this person has; anything else is refused to the portal."""
    if session is None:
        raise Rejected("access_denied", why="nobody is logged in", status=403)
    wish = form.get("identity", "")
    natural = "natural" in attempt.requirement.subject_types
    if wish == ONESELF and natural:
        return _chosen(attempt, session, None)
    for organization in _allowed(attempt, session):
        if organization.id == wish:
            return _chosen(attempt, session, organization)
    audit.record(
        "delegation.deny",
        person=session.person_id,
        client=attempt.client_id,
        session=session.id,
        outcome="refused",
        cause="not the representative",
    )
    return Move(attempt=replace(attempt, outcome="cancelled"))


def _allowed(attempt: Attempt, session: Session | None) -> tuple[Organization, ...]:
    """Organizations in being that the person represents, where the portal serves organizations."""
    if session is None or "legal" not in attempt.requirement.subject_types:
        return ()
    return tuple(found for found in organizations.represented_by(session.person_id) if found.active)


def _own(attempt: Attempt, session: Session | None) -> Organization | None:
    """The company of the typed credit code, if the person represents it, whatever its state."""
    company = organizations.find_by_code(attempt.company)
    mine = organizations.represented_by(session.person_id) if session else ()
    return next((found for found in mine if company and found.id == company.id), None)


def _refusal(notice: str, natural: bool) -> Page:
    return Page(template="login/no_company.html", values={"why": notice, "natural": natural})


def _chosen(attempt: Attempt, session: Session, organization: Organization | None) -> Move:
    before = session.participants.get(attempt.client_id or "")
    audit.record(
        "context.choose",
        person=session.person_id,
        organization=organization.id if organization else None,
        client=attempt.client_id,
        session=session.id,
        subject_type="legal" if organization else "natural",
        credit_code=organization.uscc if organization else None,
        previous=before.organization if before else None,
    )
    requirement = replace(
        attempt.requirement, chosen=session.id, organization=organization.id if organization else None
    )
    return Move(attempt=replace(attempt, requirement=requirement, company="", notice=""))
