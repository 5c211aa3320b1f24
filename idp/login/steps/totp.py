"""The second factor: a one-time code (RFC 6238), when the level asks for it or the person has set one up.

Whoever has none may set one up here, after showing the password in this very login: a session somebody
left open is not enough to add a factor.
"""

from collections.abc import Mapping
from dataclasses import replace

import orjson

from idp import audit, authenticators, keyring, persons
from idp.base.errors import Rejected
from idp.base.secret import Secret
from idp.login import entry, pause, progress, throttle
from idp.login.attempt import Attempt
from idp.login.step import Move, Page, Visitor
from idp.persons import Person
from idp.sessions import Session

NAME = "totp"


def done(attempt: Attempt, session: Session | None) -> bool:
    """No password waits for its second factor, and the session needs none."""
    if progress.half_done(attempt):
        return False
    return session is None or progress.missing(attempt, session) != "second_factor"


def show(attempt: Attempt, session: Session | None) -> Page:
    """Ask for the code, offer to set up a factor, or show how."""
    person = _person(attempt, session)
    if authenticators.totp.enrolled(person.id):
        step_up = not progress.half_done(attempt)
        return Page(template="login/totp.html", at="code", values={"step_up": step_up})
    if not attempt.enrolling:
        return Page(template="login/no_factor.html")
    secret, uri = _unseal(attempt.enrolling)
    values = {"secret": secret.reveal(), "picture": authenticators.totp.svg(uri)}
    return Page(template="login/enrol.html", at="code", values=values)


def post(attempt: Attempt, session: Session | None, form: Mapping[str, str], visitor: Visitor) -> Move:
    """Check a code, or begin or confirm setting up a factor."""
    person = _person(attempt, session)
    if authenticators.totp.enrolled(person.id):
        return _check(attempt, session, person, form.get("code", ""), visitor)
    if form.get("action") == "enrol":
        return _begin(attempt, session, person)
    return _confirm(attempt, session, person, form.get("code", ""))


def _person(attempt: Attempt, session: Session | None) -> Person:
    person_id = attempt.person_id if progress.half_done(attempt) else session and session.person_id
    person = persons.find(person_id) if person_id else None
    if person is None or not person.active:
        raise Rejected("access_denied", why="person no longer active", status=403)
    return person


def _check(attempt: Attempt, session: Session | None, person: Person, code: str, visitor: Visitor) -> Move:
    try:
        permit = throttle.admit_factor(person.id)
    except throttle.Paused as waiting:
        return Move(attempt=pause.held_back(attempt, waiting, person_id=person.id, method="otp"))
    if not permit.weighed(lambda: authenticators.totp.check(person.id, code)):
        audit.record(
            "mfa.failure", person=person.id, client=attempt.client_id, outcome="failed", method="otp"
        )
        return Move(attempt=replace(attempt, notice="AUTH-003", notice_values={}))
    if progress.half_done(attempt):
        return entry.enter(attempt, session, person, ("pwd", "otp"), visitor)
    return _strengthen(attempt, session)


def _begin(attempt: Attempt, session: Session | None, person: Person) -> Move:
    secret, uri = authenticators.totp.begin(person.name_masked)
    box = keyring.seal_token(orjson.dumps([secret.reveal(), uri]))
    unproved = not _shown_now(attempt, session)
    return Move(attempt=replace(attempt, enrolling=box, confirming=unproved, notice=""))


def _confirm(attempt: Attempt, session: Session | None, person: Person, code: str) -> Move:
    if not attempt.enrolling or not _shown_now(attempt, session):
        raise Rejected("access_denied", why="no fresh password before a factor is set up", status=403)
    secret, _ = _unseal(attempt.enrolling)
    if not authenticators.totp.confirm(person.id, secret, code):
        return Move(attempt=replace(attempt, notice="AUTH-003", notice_values={}))
    return _strengthen(attempt, session)


def _shown_now(attempt: Attempt, session: Session | None) -> bool:
    """Whether the password was shown in this very attempt."""
    return session is not None and attempt.requirement.logged_in == session.id


def _strengthen(attempt: Attempt, session: Session | None) -> Move:
    if session is None:
        raise Rejected("access_denied", why="no session to strengthen", status=403)
    return entry.strengthen(attempt, session, "otp")


def _unseal(box: str) -> tuple[Secret, str]:
    plain = keyring.open_token(box)
    if plain is None:
        raise Rejected("access_denied", why="the sealing key is gone", status=403)
    secret, uri = orjson.loads(plain)
    return Secret(secret), uri
