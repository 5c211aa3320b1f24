"""One application, and the rules about who may decide on it (domain 5.2).

    draft ──▶ submitted ──▶ reviewed ──▶ approved ──▶ live ──▶ retired
      ▲           │ recalled    │           │ at its time   └──▶ suspended, when nobody confirmed it
      └───────────┘             └──▶ rejected                   └──▶ replaced by a later one

A change of a portal is an application like the first: until it is in force, what was approved before stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from clients import scopes
from idp.base.errors import Rejected
from idp.divisions import Reach
from idp.divisions.division import Kind

State = Literal[
    "draft", "submitted", "reviewed", "approved", "live", "suspended", "retired", "rejected", "withdrawn",
    "replaced",
]  # fmt: skip
Step = Literal["review", "approve"]
Outcome = Literal["approved", "rejected"]

#: Of one portal there is one application in these states at most.
OPEN: tuple[State, ...] = ("draft", "submitted", "reviewed", "approved")
#: What is decided in a state, and what a yes leads to.
STEPS: Mapping[State, tuple[Step, State]] = {
    "submitted": ("review", "reviewed"),
    "reviewed": ("approve", "approved"),
}
NEEDED: Mapping[Step, str] = {
    "review": "admin:applications:review",
    "approve": "admin:applications:approve",
}
RESTRICTED = "admin:restricted:approve"
#: What opens more than scopes do: single things of persons, their tokens, statements about who acts. Services
#: and their tokens stand in no division, so no city grants them.
POWERS = ("assertion_issuers", "authorization_details_types", "introspects", "may_act", "resources")
_LEVELS: Mapping[scopes.Approval, Kind] = {
    "province": "province",
    "two_people": "province",
    "national": "nation",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Who asks: a developer for his team, or an officer for a body without developers, within his reach."""

    id: str
    team: str = ""
    reach: Reach | None = None

    def owns(self, application: "Application") -> bool:
        """Whether the application is of this team, or was filed by this officer at a place within reach."""
        if self.team or application.team:
            return bool(self.team) and self.team == application.team
        within = self.reach is not None and self.reach.covers(application.division, application.department)
        return within and self.id == application.applicant


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """Who decides: somebody of staff, with what he may and where."""

    id: str
    reach: Reach
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What is asked for one portal."""

    id: str
    client_id: str
    team: str
    applicant: str
    division: str
    department: str
    state: State
    version: int
    """Raised by every step; whoever acts says which one was seen."""
    entry: Mapping[str, Any]
    """The registration as a manifest would say it."""
    filing: str
    """Number of the protection level's filing (等保备案号)."""
    effective_at: int
    confirm_by: int
    due_at: int
    created_at: int
    updated_at: int

    @property
    def scopes(self) -> tuple[str, ...]:
        """The data asked for."""
        named = self.entry.get("scopes")
        return tuple(name for name in named if isinstance(name, str)) if isinstance(named, list) else ()

    @property
    def step(self) -> Step | None:
        """What waits to be decided."""
        return STEPS[self.state][0] if self.state in STEPS else None

    @property
    def cursor(self) -> tuple[int, str]:
        """What the next page begins behind."""
        return self.created_at, self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one officer decided."""

    application_id: str
    step: str
    outcome: str
    officer: str
    comment: str
    decided_at: int


def level_needed(application: Application) -> Kind | None:
    """The level of division whose officers alone may grant what is asked for; none where any may."""
    found = {_LEVELS.get(scope.approval) for name in application.scopes if (scope := scopes.find(name))}
    if any(application.entry.get(name) for name in POWERS):
        found.add("province")
    return "nation" if "nation" in found else "province" if "province" in found else None


def demand_officer(application: Application, officer: Officer, step: Step) -> None:
    """Raise ``Rejected`` unless this officer may take this step: reach, permission, rank, another's wish."""
    if not officer.reach.covers(application.division, application.department):
        raise Rejected("not_found", why="application out of reach", status=404)
    needed = [NEEDED[step]]
    if step == "approve" and scopes.restricted(application.scopes):
        needed.append(RESTRICTED)
    for one in needed:
        if one not in officer.permissions:
            raise Rejected("permission", why=one, status=403)
    if officer.id == application.applicant:
        raise Rejected("application.own", "Nobody decides on what he asked himself", why="own", status=403)
    level = level_needed(application)
    if level is not None and not officer.reach.at_least(level):
        raise Rejected(
            "application.level", "The data asked for is granted at a higher level", why=f"needs {level}",
            status=403,
        )  # fmt: skip
