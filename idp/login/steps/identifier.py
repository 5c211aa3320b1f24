"""Who are you: an ID number, a mobile number, or the credit code of a company to act for.

The answer to a well-formed identifier is always the password page: whether anybody has it is not looked up
here, so neither the page nor its time can tell.
"""

from collections.abc import Mapping
from dataclasses import replace

from idp.base.errors import Rejected
from idp.login import identifier, progress
from idp.login.attempt import Attempt
from idp.login.step import Move, Page, Visitor
from idp.sessions import Session

NAME = "identifier"


def done(attempt: Attempt, session: Session | None) -> bool:
    """Typed already, or known from the session."""
    if progress.half_done(attempt) or not progress.login_needed(attempt, session):
        return True
    return bool(attempt.identifier) or progress.same_person_again(attempt, session)


def show(attempt: Attempt, session: Session | None) -> Page:
    """The box; beside it what the portal hinted at, or the company somebody wants to act for."""
    wrong = session is not None and progress.missing(attempt, session) == "wrong_person"
    hint = "" if attempt.company else attempt.requirement.login_hint
    return Page(
        template="login/identifier.html",
        at="identifier",
        values={"company": attempt.company, "hint": hint[:64], "wrong_person": wrong},
    )


def post(attempt: Attempt, session: Session | None, form: Mapping[str, str], visitor: Visitor) -> Move:
    """Recognise the identifier by its form; a credit code leads on to the person behind it."""
    try:
        typed = identifier.recognise(form.get("identifier", ""))
    except Rejected as refusal:
        return Move(attempt=replace(attempt, notice=refusal.code, notice_values={}))
    if typed.kind == "organization":
        return Move(attempt=replace(attempt, company=typed.value, notice=""))
    return Move(attempt=replace(attempt, identifier=typed.seal(), shown=typed.shown, notice=""))
