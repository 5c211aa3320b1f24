"""Teams of developers: who builds a portal, what of it is theirs, and who may log in while it is tried.

Owns: teams, their members and invitations, which client is whose, what a sandbox client may be.
Not here: the clients themselves and their rules (``clients``), the pages (``idp.developers``).
"""

from clients.teams.queries import admits, client_ids, find, membership, team_of
from clients.teams.team import Invitation, Member, Role, Team

__all__ = [
    "Invitation",
    "Member",
    "Role",
    "Team",
    "admits",
    "client_ids",
    "find",
    "membership",
    "team_of",
]
