"""What a session still lacks for a request: one decision, made of checks in a visible order."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from idp import organizations, sessions
from idp.base import levels
from idp.login.requirement import Requirement

Missing = Literal["none", "login", "wrong_person", "level_too_low", "second_factor", "choose"]

#: The highest authentication level our own methods reach.
HIGHEST_AAL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is missing (``none``: go on), why, and the organization acted for when nothing is."""

    missing: Missing
    why: str = ""
    organization: str | None = None
    level: int = 1
    """The level that was asked for."""


def decide(session: sessions.Session | None, requirement: Requirement, now: int) -> Decision:
    """Compare a session with a requirement (OIDC Core §3.1.2.3); SSO never lifts a level."""
    if session is None:
        return Decision(missing="login", why="no session")
    for check in _CHECKS:
        decision = check(session, requirement, now)
        if decision:
            return decision
    return _identity(session, requirement)


def _person(session: sessions.Session, requirement: Requirement, now: int) -> Decision | None:
    """``id_token_hint`` names who must be logged in (OIDC Core §3.1.2.2)."""
    if requirement.person_id in (None, session.person_id):
        return None
    return Decision(missing="wrong_person", why="id_token_hint")


def _recent(session: sessions.Session, requirement: Requirement, now: int) -> Decision | None:
    """``prompt=login`` and ``max_age``; a login made for this very request is recent, however slow."""
    if requirement.logged_in == session.id:
        return None
    if requirement.must_be_fresh:
        return Decision(missing="login", why="prompt=login")
    if requirement.max_age is not None and now - session.auth_time > requirement.max_age:
        return Decision(missing="login", why="max_age")
    return None


def _level(session: sessions.Session, requirement: Requirement, now: int) -> Decision | None:
    """A level that no further factor can reach: the real name is too weak, or we have no such method."""
    ial, aal = levels.needed(requirement.level)
    if session.ial < ial:
        return Decision(missing="level_too_low", why="ial", level=requirement.level)
    if aal > HIGHEST_AAL:
        return Decision(missing="level_too_low", why="aal", level=requirement.level)
    return None


def _factor(session: sessions.Session, requirement: Requirement, now: int) -> Decision | None:
    """A level that a second factor reaches."""
    _, aal = levels.needed(requirement.level)
    return Decision(missing="second_factor", why="aal") if session.aal < aal else None


_Check = Callable[[sessions.Session, Requirement, int], Decision | None]
_CHECKS: tuple[_Check, ...] = (_person, _recent, _level, _factor)


def _identity(session: sessions.Session, requirement: Requirement) -> Decision:
    """In whose name: as chosen for this request, else as at this portal before, else to be chosen."""
    chosen = requirement.chosen == session.id
    if requirement.choose and not chosen:
        return Decision(missing="choose", why="prompt=select_account")
    if "legal" not in requirement.subject_types:
        return Decision(missing="none")
    before = session.participants.get(requirement.client_id or "")
    if chosen:
        organization = requirement.organization
    elif before is not None:
        organization = before.organization
    elif "natural" in requirement.subject_types and not organizations.represented_by(session.person_id):
        return Decision(missing="none")
    else:
        return Decision(missing="choose", why="first visit")
    return _as(session, organization, requirement)


def _as(session: sessions.Session, organization: str | None, requirement: Requirement) -> Decision:
    """Whether the person may still act so: a choice does not outlive the right to make it."""
    if organization is None:
        if "natural" in requirement.subject_types:
            return Decision(missing="none")
        return Decision(missing="choose", why="organizations only")
    if not organizations.represents(session.person_id, organization):
        return Decision(missing="choose", why="no longer the representative")
    # Acting for a company may ask for more than acting for oneself.
    demand = replace(requirement, level=max(requirement.level, requirement.legal_level))
    lacking = _level(session, demand, 0) or _factor(session, demand, 0)
    return lacking or Decision(missing="none", organization=organization)
