"""What every section of the file has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from clients.logos import Logo
from idp.configuration.configuration import Change, Entry
from idp.configuration.judging import Judging
from idp.divisions import NATION, Reach

#: Logos that new registrations point to, by client.
Fetched = Mapping[str, Logo]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One kind of thing: how what is in force is said, a file judged, a change written."""

    name: str
    applies: Callable[[Reach], bool]
    """Whether somebody of this reach configures it."""
    read: Callable[[Reach, dict[str, list[Entry]]], list[Entry]]
    """What is in force within a reach; sections that come before are there already."""
    judge: Callable[[Judging], None]
    write: Callable[[Session, Sequence[Change], str, Fetched], None]
    """Write changes within the one transaction, for an operator; with what was fetched before it."""


def anywhere(reach: Reach) -> bool:
    """For things that a department has as well as a division."""
    return True


def whole_division(reach: Reach) -> bool:
    """For things that no department has."""
    return not reach.department


def whole_platform(reach: Reach) -> bool:
    """For things that the platform has once."""
    return reach.division == NATION and not reach.department
