"""What a page of developers needs; the guard reads it, and what says nothing is open to nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from clients.teams import Role

View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A role in the team of the address, or none; ``fresh``: a login of the last minutes."""

    role: Role | None = None
    level: int
    fresh: bool = False


def needs(role: Role | None = None, *, level: int = 2, fresh: bool = False) -> Callable[[View], View]:
    """Mark a page: whoever opens it has this role in its team, and a login of this level."""

    def mark(view: View) -> View:
        view.need = Need(role=role, level=level, fresh=fresh)  # type: ignore[attr-defined]
        return view

    return mark


def need_of(view: object) -> Need | None:
    """What a page needs; None when it says nothing."""
    return getattr(view, "need", None)
