"""A team and its members, and what each role may do."""

from dataclasses import dataclass
from typing import Literal, get_args

from clients import texts
from idp.base.errors import Rejected

Role = Literal["owner", "developer", "viewer", "tester"]
ROLES: tuple[Role, ...] = get_args(Role)
#: Roles from above; each may what those behind it may. A tester may log in at what is tried, nothing else.
_RANKS: dict[Role, int] = {"owner": 3, "developer": 2, "viewer": 1, "tester": 0}

MOST_TEAMS = 5
"""Teams one person may make."""
MOST_MEMBERS = 50
MOST_INVITATIONS = 20
MOST_CLIENTS = 20
INVITATION_LIFETIME = 7 * 86400
_LONGEST_NAME = 40
LOWEST_LEVEL = 2
"""Developers are known by their real name: they answer for what they build."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Those who build portals for one place of the administration tree."""

    id: str
    name: str
    division: str
    department: str
    created_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person in one team."""

    team_id: str
    person_id: str
    role: Role
    since: int

    def may(self, role: Role) -> bool:
        """Whether this member may do what ``role`` may."""
        return _RANKS[self.role] >= _RANKS[role]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A one-time invitation, without its token."""

    id: str
    team_id: str
    role: Role
    created_by: str
    expires_at: int


def checked_name(text: str) -> str:
    """The name of a team, or ``Rejected``: what may stand on a page beside the names of public bodies."""
    name = text.strip()
    try:
        if 2 <= len(name) <= _LONGEST_NAME:
            return texts.name(name)
    except ValueError:
        pass
    raise Rejected("team.name", "A name has 2 to 40 letters and plain punctuation", why="name")


def checked_role(text: str) -> Role:
    """A role, or ``Rejected``."""
    for role in ROLES:
        if text == role:
            return role
    raise Rejected("team.role", "The role is owner, developer, viewer or tester", why="role")
