"""The first factor: a password, with the same answer for everybody who does not have the right one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from idp import audit, authenticators, persons
from idp.base import clock
from idp.base.errors import Rejected
from idp.login import device, entry, identifier, pause, progress, throttle
from idp.login.attempt import Attempt
from idp.login.step import Move, Page, Visitor
from idp.persons import Person
from idp.sessions import Session

NAME = "password"

#: Reading a person takes some 50 microseconds more than finding nobody; opening so many boxes as long.
_BOXES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """Whose password is asked for: the name failures are counted by, and the person, if there is one."""

    name: str
    person: Person | None


def done(attempt: Attempt, session: Session | None) -> bool:
    """The password was right in this attempt, or a session is there and recent enough."""
    return progress.half_done(attempt) or not progress.login_needed(attempt, session)


def show(attempt: Attempt, session: Session | None) -> Page:
    """The password of the identifier typed, or again of the person logged in."""
    shown = attempt.shown
    if not shown and session is not None:
        person = persons.find(session.person_id)
        shown = person.name_masked if person else ""
    values = {"shown": shown, "again": not attempt.identifier}
    return Page(template="login/password.html", at="password", values=values)


def post(attempt: Attempt, session: Session | None, form: Mapping[str, str], visitor: Visitor) -> Move:
    """Check the password; absent, frozen and wrong are one answer after the same work."""
    password = form.get("password", "")
    if authenticators.password.form.too_long(password):
        raise Rejected("invalid_request", why="password too long")
    candidate = _candidate(attempt, session)
    person = candidate.person
    known = device.known(visitor.device, visitor.browser, person.id if person else None)
    try:
        permit = throttle.admit(candidate.name, visitor.address, known)
    except throttle.Paused as waiting:
        held = pause.held_back(attempt, waiting, person_id=person.id if person else None, method="pwd")
        return Move(attempt=held)
    with permit.weighing():
        right = authenticators.password.check(person.id if person else None, password)
    if person is None or not right or not person.active:
        return _wrong(attempt, candidate, permit)
    permit.succeeded()
    return _right(attempt, session, person, visitor)


def _candidate(attempt: Attempt, session: Session | None) -> _Candidate:
    typed = identifier.unseal(attempt.identifier)
    if typed is not None:
        person = identifier.find(typed)
        for _ in range(_BOXES if person is None else 0):
            identifier.unseal(attempt.identifier)
        return _Candidate(name=typed.name, person=person)
    if session is not None:
        return _Candidate(name=f"session|{session.person_id}", person=persons.find(session.person_id))
    raise Rejected("invalid_request", why="no identifier")


def _wrong(attempt: Attempt, candidate: _Candidate, permit: throttle.Permit) -> Move:
    sprays = permit.failed()
    audit.record(
        "login.failure",
        person=candidate.person.id if candidate.person else None,
        client=attempt.client_id,
        outcome="failed",
        method="pwd",
        cause=_cause(candidate.person),
    )
    for spray in sprays:
        audit.record(
            "login.spray",
            outcome="failed",
            reason=spray.where,
            count=spray.accounts,
            method="pwd",
            window=spray.window,
        )
    return Move(attempt=replace(attempt, notice="AUTH-001", notice_values={"n": permit.left}))


def _cause(person: Person | None) -> str:
    """For the record only; the page never tells."""
    if person is None:
        return "unknown identifier"
    return "wrong password" if person.active else person.status


def _right(attempt: Attempt, session: Session | None, person: Person, visitor: Visitor) -> Move:
    required = attempt.requirement.person_id
    if required is not None and person.id != required:
        return Move(attempt=replace(attempt, identifier="", shown="", notice="login.wrong_person"))
    if authenticators.totp.enrolled(person.id):
        return Move(
            attempt=replace(attempt, person_id=person.id, passed_at=clock.now(), identifier="", notice="")
        )
    return entry.enter(attempt, session, person, ("pwd",), visitor)
