"""The moment a person is logged in: a session with a fresh cookie, the record, the known device."""

from dataclasses import replace

from idp import audit, logout, persons, sessions
from idp.base import clock, levels
from idp.base.errors import Rejected
from idp.login import device
from idp.login.attempt import Attempt
from idp.login.step import Move, Visitor
from idp.persons import Person
from idp.sessions import Session


def enter(
    attempt: Attempt, session: Session | None, person: Person, methods: tuple[str, ...], visitor: Visitor
) -> Move:
    """Log a person in with the factors just shown.

    The person of the session keeps it, strengthened and under a new cookie (portals entered stay entered);
    the session of anybody else ends, and its portals are told.
    """
    if session is not None and session.person_id == person.id:
        cookie, entered = sessions.strengthen(session, methods, ial=person.ial)
    else:
        if session is not None:
            logout.end(session, reason="another person logged in")
        cookie, entered = sessions.start(
            person.id, person.ial, methods, address=visitor.address, agent=visitor.agent
        )
        _demand_standing(entered)
    _record("login.success", attempt, entered)
    return Move(
        attempt=_entered(attempt, entered),
        session_cookie=cookie,
        device_cookie=device.remembered(visitor.device, visitor.browser, person.id),
    )


def _demand_standing(session: Session) -> None:
    """End a session that began while its person was stopped, or lost the level (``idp.logout.people``).

    Looked at after the session is made: either this sees the new state, or whoever set it sees the session.
    """
    person = persons.read(session.person_id)
    if person is None or not person.active or person.ial < session.ial:
        sessions.end(session)
        raise Rejected("access_denied", why="person no longer active or proven", status=403)


def strengthen(attempt: Attempt, session: Session, method: str) -> Move:
    """Add a second factor to the session under a new cookie."""
    cookie, stronger = sessions.strengthen(session, (method,))
    _record("step_up.success", attempt, stronger)
    return Move(attempt=replace(attempt, enrolling="", notice=""), session_cookie=cookie)


def _entered(attempt: Attempt, session: Session) -> Attempt:
    return replace(
        attempt,
        requirement=replace(attempt.requirement, logged_in=session.id),
        identifier="",
        shown="",
        other=False,
        person_id=None,
        passed_at=0,
        confirming=False,
        notice="",
    )


def _record(kind: str, attempt: Attempt, session: Session) -> None:
    audit.record(
        kind,
        person=session.person_id,
        client=attempt.client_id,
        session=session.id,
        amr=session.amr,
        acr=levels.acr(session.level),
        level=session.level,
        seconds=max(0, clock.now() - attempt.started),
    )
