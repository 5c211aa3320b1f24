"""Where an attempt stands: the questions that the steps ask of it."""

from idp.base import clock
from idp.login import policy
from idp.login.attempt import Attempt
from idp.sessions import Session


def missing(attempt: Attempt, session: Session | None) -> policy.Missing:
    """What the session still lacks for what was asked."""
    return policy.decide(session, attempt.requirement, clock.now()).missing


def half_done(attempt: Attempt) -> bool:
    """Whether the password was right and an enrolled second factor is pending."""
    return attempt.half_done(clock.now())


def login_needed(attempt: Attempt, session: Session | None) -> bool:
    """Whether somebody must show who they are, at least with a password."""
    if session is None or attempt.other or attempt.identifier or attempt.confirming:
        return True
    return missing(attempt, session) in ("login", "wrong_person")


def same_person_again(attempt: Attempt, session: Session | None) -> bool:
    """Whether the person of the session only has to show the password again."""
    if session is None or attempt.other or attempt.identifier:
        return False
    return attempt.confirming or missing(attempt, session) == "login"
