"""Who asks what, from where; and what the person says to it.

/approve/<attempt> ──not logged in as demanded──▶ /login/<attempt> ──▶ back
    │ refused: over                     agreed ──data not yet agreed to──▶ /consent/<ask> ──▶ back
    └── all of it decided here once, in the store; whoever comes second is told that it is over
"""

from dataclasses import replace

from flask import Response, request

from clients import Client, scopes
from idp import approvals, consent, login, pages, persons
from idp.approvals import service, store
from idp.approvals.approval import BACKCHANNEL, Approval
from idp.approvals.views.frame import REQUEST, blueprint, over, portal
from idp.base import clock, trace
from idp.base.errors import Rejected
from idp.consent import asks
from idp.login import Attempt, Decision
from idp.pages import see_other
from idp.sessions import Session

#: The name under which an attempt remembers that its person said yes, and in which session.
_AGREED = "agreed"
_DECIDED = "decided"


@blueprint.get("/approve/<attempt_id>")
def show(attempt_id: str) -> Response:
    """The request; after a yes the question about data, if one is open; after the decision what it was."""
    attempt = _attempt(attempt_id)
    if decided := attempt.params.get(_DECIDED):
        return pages.render("approvals/decided.html", decided=decided, kind=attempt.params["kind"])
    if attempt.outcome:
        return pages.render("approvals/decided.html", decided=attempt.outcome, kind="")
    approval = approvals.find(attempt.params[REQUEST])
    if approval is None:
        return over()
    client = portal(approval)
    session, decision = _visitor(attempt)
    if session is None or decision.missing != "none":
        return see_other(f"/login/{attempt.id}")
    _demand_own(approval, session)
    if attempt.params.get(_AGREED) == session.id:
        return _agree(attempt, approval, client, session, decision)
    login.attempts.keep(attempt.id)
    return _page(attempt, approval, client)


@blueprint.post("/approve/<attempt_id>")
def decide(attempt_id: str) -> Response:
    """Yes or no, by whoever the request demands."""
    attempt = _attempt(attempt_id)
    approval = approvals.find(attempt.params[REQUEST])
    if approval is None:
        return over()
    client = portal(approval)
    session, decision = _visitor(attempt)
    if session is None or decision.missing != "none":
        return see_other(f"/login/{attempt.id}")
    _demand_own(approval, session)
    said = request.form.get("decision")
    if said == "deny":
        return _refuse(attempt, approval, client, session)
    if said == "approve":
        agreed = replace(attempt, params=attempt.params | {_AGREED: session.id})
        login.attempts.save(agreed)
        return _agree(agreed, approval, client, session, decision)
    return see_other(f"/approve/{attempt.id}")


def _attempt(attempt_id: str) -> Attempt:
    """The attempt, if this browser started it and it is one of ours."""
    attempt = login.attempts.peek(attempt_id)
    if attempt is None or not attempt.belongs_to(pages.browser()) or REQUEST not in attempt.params:
        raise Rejected("approval.over", why="unknown or foreign attempt", status=404)
    return attempt


def _visitor(attempt: Attempt) -> tuple[Session | None, Decision]:
    session = pages.session()
    return session, login.decide(session, attempt.requirement, clock.now())


def _demand_own(approval: Approval, session: Session) -> None:
    """A portal's request is for the person it named, and only as long as it is put before that person."""
    if approval.kind == BACKCHANNEL and not store.waits_for(approval.id, session.person_id):
        raise Rejected("approval.over", why="not put before this person", status=404)


def _agree(
    attempt: Attempt, approval: Approval, client: Client, session: Session, decision: Decision
) -> Response:
    """Let the portal in, once the person's leave to give the data is known."""
    wanted = tuple(name for name in approval.scopes if name in client.scopes)
    answered = _answer(approval, session)
    if answered is not None and not answered.granted:
        return _refuse(attempt, approval, client, session)
    if answered is not None:
        given: tuple[str, ...] | None = tuple(name for name in wanted if name in answered.scopes)
    else:
        # What is asked in particular was never agreed to before (RFC 9396 §6.1).
        given = None if approval.authorization_details else consent.given(client, session.person_id, wanted)
    if given is None:
        return _ask(attempt, approval, session, wanted)
    if not service.approve(approval, client, session, given, decision.organization):
        return over()
    return _done(attempt, approval, "approved")


def _answer(approval: Approval, session: Session) -> asks.Decision | None:
    """What the person said to the question about data that was asked on the way, once."""
    asked = request.args.get("ask")
    decision = asks.take_decision(asked, pages.browser()) if asked else None
    if decision is None or (decision.person_id, decision.client_id) != (
        session.person_id,
        approval.client_id,
    ):
        return None
    foreign = decision.granted and decision.details != approval.authorization_details
    return None if foreign else decision


def _ask(attempt: Attempt, approval: Approval, session: Session, wanted: tuple[str, ...]) -> Response:
    ask = asks.start(
        browser=pages.browser(),
        person_id=session.person_id,
        client_id=approval.client_id,
        scopes=wanted,
        return_to=f"/approve/{attempt.id}",
        details=approval.authorization_details,
        item=approval.item,
    )
    login.attempts.keep(attempt.id)
    return see_other(f"/consent/{ask}")


def _refuse(attempt: Attempt, approval: Approval, client: Client, session: Session) -> Response:
    if not service.deny(approval, client, session):
        return over()
    return _done(attempt, approval, "denied")


def _done(attempt: Attempt, approval: Approval, decided: str) -> Response:
    params = attempt.params | {_DECIDED: decided, "kind": approval.kind}
    login.attempts.save(replace(attempt, params=params))
    return see_other(f"/approve/{attempt.id}")


def _page(attempt: Attempt, approval: Approval, client: Client) -> Response:
    session = pages.session()
    person = persons.find(session.person_id) if session else None
    return pages.render(
        "approvals/confirm.html",
        approval=approval,
        client=client,
        person=person,
        action=f"/approve/{attempt.id}",
        data=[scope for name in approval.scopes if (scope := scopes.find(name))],
        same_network=approval.address == trace.current().address,
        item=pages.item(client, approval.item),
        **pages.of_portal(client),
    )
