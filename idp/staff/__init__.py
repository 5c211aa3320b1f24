"""Those who administer: accounts in a realm of their own, their roles, their sessions.

Owns: staff accounts, one-time links, roles and permissions, the separation of the three administrators
(三员分立), sessions of staff, the rules about their passwords, factors and networks.
Not here: pages and the interface for programs (``idp.admin``), citizens (``idp.persons``).
"""

from idp.staff.member import Member
from idp.staff.queries import find, find_by_name, members
from idp.staff.roles import ROLES, Role

__all__ = ["ROLES", "Member", "Role", "find", "find_by_name", "members"]
