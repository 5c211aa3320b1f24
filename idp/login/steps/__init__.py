"""The steps of a login, in their order; the first that is not done is shown.

No step knows another: each judges from the attempt and the session alone whether it is done.
"""

from idp.login.attempt import Attempt
from idp.login.step import Move, Page, Step, Visitor
from idp.login.steps import choice, identifier, level, password, totp
from idp.sessions import Session

__all__ = ["STEPS", "Move", "Page", "Step", "Visitor", "next_step"]

STEPS: tuple[Step, ...] = (identifier, password, level, totp, choice)


def next_step(attempt: Attempt, session: Session | None) -> Step | None:
    """The first step not done, or ``None`` when nothing is missing."""
    return next((step for step in STEPS if not step.done(attempt, session)), None)
