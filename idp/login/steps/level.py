"""A level that no factor of ours reaches: say which is needed and which there is, and how to go on."""

from collections.abc import Mapping

from idp.base import clock, levels
from idp.login import policy, progress
from idp.login.attempt import Attempt
from idp.login.step import Move, Page, Visitor
from idp.sessions import Session

NAME = "level"


def done(attempt: Attempt, session: Session | None) -> bool:
    """Nobody is logged in yet, or the level can be reached."""
    if session is None or progress.half_done(attempt):
        return True
    return progress.missing(attempt, session) != "level_too_low"


def show(attempt: Attempt, session: Session | None) -> Page:
    """Both levels, and the way back to the portal."""
    decision = policy.decide(session, attempt.requirement, clock.now())
    ial, _ = levels.needed(decision.level)
    return Page(
        template="login/level.html",
        values={"needed": ial, "current": session.ial if session else 0, "why": decision.why},
    )


def post(attempt: Attempt, session: Session | None, form: Mapping[str, str], visitor: Visitor) -> Move:
    """Nothing can be entered here; the ways on are those of every page."""
    return Move(attempt=attempt)
