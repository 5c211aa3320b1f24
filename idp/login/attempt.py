"""One login under way: what was asked, and how far this browser has come.

    started ──identifier──▶ identified ──password──▶ half done ──second factor──▶ logged in
       ▲                        │                        (no session yet)            │
       └──── another account ───┘                                       choice of identity, if asked
                                                                                     │
    outcome "": back to ``return_to`` when nothing is missing  ◀─────────────────────┘
    outcome "cancelled" or "unmet": back to ``return_to`` at once, with nothing granted

A password that was right is kept in the attempt, never in a session, while an enrolled second factor is
still to be shown: no other page can mistake half a login for a whole one.
"""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, Self

from idp import settings
from idp.base.secret import digest, same
from idp.login.requirement import Requirement

Outcome = Literal["", "cancelled", "unmet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A login attempt; ``browser`` is the digest of the browser-binding cookie."""

    id: str
    browser: str
    return_to: str
    requirement: Requirement
    started: int
    client_id: str | None = None
    #: What the caller wants back; of ``request`` the pages read ``redirect_uri`` and ``ui_locales``.
    params: dict[str, Any] = field(default_factory=dict)
    #: The typed identifier, sealed: a dump of Redis holds no ID number.
    identifier: str = ""
    #: The same, masked for the page.
    shown: str = ""
    #: A credit code typed into the box: the company to act for, if its representative logs in.
    company: str = ""
    #: The person wants another account than the session's.
    other: bool = False
    #: Whose password was right while the second factor is pending, and when.
    person_id: str | None = None
    passed_at: int = 0
    #: The password is asked again before a factor is set up.
    confirming: bool = False
    #: The sealed secret of a factor being set up.
    enrolling: str = ""
    #: What the next page says first: a message code and its values.
    notice: str = ""
    notice_values: dict[str, Any] = field(default_factory=dict)
    outcome: Outcome = ""
    #: A page of it was shown and answered.
    answered: bool = False

    @property
    def organization(self) -> str | None:
        """The organization chosen to act for; ``None`` is oneself."""
        return self.requirement.organization

    def belongs_to(self, browser: str) -> bool:
        """Whether this browser started the attempt."""
        return bool(browser) and same(self.browser, digest(browser))

    def half_done(self, moment: int) -> bool:
        """Whether the password was right, not too long ago, and a second factor is pending."""
        return self.person_id is not None and moment - self.passed_at < settings.current().attempt_lifetime

    def as_json(self) -> dict[str, Any]:
        """The record form."""
        return asdict(self) | {"requirement": self.requirement.as_json()}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """The attempt of a record; unknown names are left out."""
        known = {name.name for name in fields(cls)}
        values = {name: value for name, value in record.items() if name in known}
        return cls(**values | {"requirement": Requirement.from_json(record["requirement"])})
