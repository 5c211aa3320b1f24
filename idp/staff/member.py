"""One member of staff, and the rules that need nothing else."""

import string
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Literal, Protocol

from idp.authenticators.password import form, weak
from idp.base import clock
from idp.base.errors import Rejected
from idp.divisions import Reach
from idp.permissions import Group
from idp.staff import roles

Status = Literal["invited", "claimed", "active", "disabled"]
"""``invited``: a link is out. ``claimed``: somebody used it, and security administration has to say that it
was the right one. Nobody who makes links can make himself somebody else by one."""

#: GB/T 22239-2019 §8.1.4.1 a): complex, and changed from time to time.
LEAST_LENGTH = 12
LEAST_CLASSES = 3
PASSWORD_LIFETIME = 90 * 86400
#: Passwords of before that are not taken again.
REMEMBERED = 5
#: §8.1.4.2 c): accounts that nobody uses are switched off.
STALE_AFTER = 90 * 86400

_CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits)


class Actor(Protocol):
    """Whoever administers: a member of staff, or a program with a token of its own."""

    @property
    def id(self) -> str:
        """What stands in the record."""

    @property
    def reach(self) -> Reach:
        """What of the tree is administered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A staff account; one person, one place in the tree."""

    id: str
    login_name: str
    name: str
    division: str
    department: str
    status: Status
    roles: tuple[str, ...]
    networks: tuple[str, ...]
    password_set_at: int
    last_login_at: int | None
    created_at: int
    created_by: str
    version: int
    """Raised by every change of what the account may do; sessions of an older one are over."""

    @property
    def reach(self) -> Reach:
        """What of the tree the account administers."""
        return Reach(division=self.division, department=self.department)

    @property
    def permissions(self) -> frozenset[str]:
        """What its roles let it do."""
        return roles.permitted(self.roles)

    @property
    def group(self) -> Group | None:
        """Which of the three administrations it belongs to; none while it has no role."""
        return next((roles.ROLES[name].group for name in self.roles if name in roles.ROLES), None)

    @property
    def password_expired(self) -> bool:
        """Whether it must choose a new password before anything else."""
        return clock.now() >= self.password_set_at + PASSWORD_LIFETIME

    def comes_from(self, address: str) -> bool:
        """Whether the account may be used from there."""
        return not self.networks or lies_in(address, self.networks)


def lies_in(address: str, networks: tuple[str, ...]) -> bool:
    """Whether an address belongs to one of these networks (CIDR)."""
    try:
        at = ip_address(address)
    except ValueError:
        return False
    return any(at in ip_network(network) for network in networks)


def demand_separate(names: tuple[str, ...]) -> None:
    """Raise ``Rejected`` unless the roles exist and belong to one administration (三员分立)."""
    if unknown := [name for name in names if name not in roles.ROLES]:
        raise Rejected("role.unknown", why=f"no role {unknown[0]}")
    if len({roles.ROLES[name].group for name in names}) > 1:
        raise Rejected("role.separation", "One person cannot hold roles of two administrations")


def demand_password(login_name: str, name: str, password: str) -> None:
    """Raise ``Rejected("password.…")`` unless the password is complex enough for staff."""
    form.check(password)
    text = form.normal(password)
    if len(text) < LEAST_LENGTH:
        raise Rejected("password.short", f"The password needs at least {LEAST_LENGTH} characters")
    named = [any(character in one for character in text) for one in _CLASSES]
    other = any(not character.isascii() or not character.isalnum() for character in text)
    if sum((*named, other)) < LEAST_CLASSES:
        raise Rejected("password.classes", "The password needs three kinds of characters")
    folded = text.casefold()
    if weak.common(text):
        raise Rejected("password.common", "The password is one of those tried first")
    if login_name.casefold() in folded or (len(name) > 1 and name.casefold() in folded):
        raise Rejected("password.context", "The password is made of the account's names")


def networks_of(text: str) -> tuple[str, ...]:
    """Networks (CIDR) as typed, separated by spaces, commas or line ends."""
    try:
        found = {str(ip_network(one)) for one in text.replace(",", " ").split()}
    except ValueError:
        raise Rejected("staff.networks", "A network is not written as an address with its length") from None
    if len(found) > 20:
        raise Rejected("staff.networks", "At most 20 networks")
    return tuple(sorted(found))
