"""What a page of the console needs; the guard reads it, and what says nothing is open to nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from idp.permissions import PERMISSIONS

View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A permission, or none where any member may come; ``fresh``: a factor shown within five minutes."""

    permission: str = ""
    member: bool = True
    fresh: bool = False


OPEN = Need(member=False)
"""For who is not logged in yet."""
ANY_MEMBER = Need()


def needs(permission: str, *, fresh: bool = False) -> Callable[[View], View]:
    """Mark a page: whoever opens it holds this permission."""
    if permission not in PERMISSIONS:
        raise ValueError(f"{permission} is not in idp/permissions.py")
    return marked(Need(permission=permission, fresh=fresh))


def marked(need: Need) -> Callable[[View], View]:
    """Mark a page with what it needs."""

    def mark(view: View) -> View:
        view.need = need  # type: ignore[attr-defined]
        return view

    return mark


def need_of(view: object) -> Need | None:
    """What a page needs; None when it says nothing."""
    return getattr(view, "need", None)
