"""What a step is, what it is given, and what it answers; no step knows HTTP or another step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from idp.login.attempt import Attempt
from idp.sessions import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who is at the other end: address, user agent, browser mark, the cookie of known devices."""

    address: str
    agent: str
    browser: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page to show; a notice is said ``at`` a field."""

    template: str
    at: str = ""
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a post came to: the attempt as it is now, and new cookies if somebody logged in."""

    attempt: Attempt
    session_cookie: str = ""
    device_cookie: str = ""


class Step(Protocol):
    """A step of the register: a module with a name and three functions."""

    NAME: str

    def done(self, attempt: Attempt, session: Session | None) -> bool:
        """Whether nothing is to be asked here now."""

    def show(self, attempt: Attempt, session: Session | None) -> Page:
        """The page that asks."""

    def post(
        self, attempt: Attempt, session: Session | None, form: Mapping[str, str], visitor: Visitor
    ) -> Move:
        """Judge what was posted; raises ``Rejected`` only for what no page of ours sends."""
