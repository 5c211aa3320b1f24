"""Applications: how a portal comes into production, is changed there, and leaves it.

Owns: what is asked for, who may decide about it, what was decided, when it begins and must be confirmed.
Not here: the rules of a registration (``clients.rules``), teams that ask, staff who decide (``idp.staff``).
"""

from clients.applications import queries
from clients.applications.application import Applicant, Application, Decision, Officer, State
from clients.applications.queries import decisions, find, of_team, page

__all__ = [
    "Applicant",
    "Application",
    "Decision",
    "Officer",
    "State",
    "decisions",
    "find",
    "of_team",
    "page",
    "queries",
]
