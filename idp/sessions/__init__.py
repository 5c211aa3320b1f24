"""Single sign-on sessions: who is logged in at this browser, how surely, and which portals were entered.

Owns: the session record in Redis, its cookie value, idle and absolute limits, its participants.
Not here: the cookie itself (``idp.pages``), logging in (``idp.login``), telling portals (``idp.logout``).
"""

from idp.sessions.session import Participant, Session, sid_for
from idp.sessions.store import (
    branch,
    end,
    end_branch,
    end_if_told,
    enter,
    find,
    find_commands,
    forget_participant,
    found,
    of_person,
    start,
    strengthen,
    touch,
)

__all__ = [
    "Participant",
    "Session",
    "branch",
    "end",
    "end_branch",
    "end_if_told",
    "enter",
    "find",
    "find_commands",
    "forget_participant",
    "found",
    "of_person",
    "sid_for",
    "start",
    "strengthen",
    "touch",
]
